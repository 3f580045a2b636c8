"""The sign-off of an audit: what it rests on, who ran it, who signed it; void as soon as data, report or parameters
change.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ...data.centre_file import FILE_NAME
from ...data.files import write_whole
from ...data.locks import locked
from ...data.swapped import recovered
from .fingerprints import Fingerprint, fingerprint, fingerprints, setting_marks, versions

RECORD = "sign_off.json"
LIVING = ("actions.csv",)  # kept by hand after the audit: owners write into it what became of each action
FORMAT = 1
LONGEST_NAME = 200
SHAPES = {  # part of a record → its kind
    "inputs": list,
    "earlier": list,
    "settings": dict,
    "parameters": dict,
    "files": dict,
    "versions": dict,
    "places": dict,
    "seal": str,
    "signatures": list,
}
FILE_FIELDS = {one.name for one in fields(Fingerprint)}
ROWS = {"inputs": FILE_FIELDS, "earlier": FILE_FIELDS, "signatures": {"by", "on", "seal"}}  # what each row has


class SignOffError(ValueError):
    """A record that cannot be read, or a report that cannot be signed; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an audit rests on: `inputs` (Fingerprints of the centre's folder), `earlier` (of the last audit's files
    that are carried over), `settings` {key of centre.toml: mark} and `parameters` {name: value}."""

    inputs: tuple
    earlier: tuple = ()
    settings: dict
    parameters: dict


def basis(folder, parameters, previous=None):
    """The Basis of an audit of a centre's folder with `parameters`; `previous` is the folder of the last audit, if any.

    Of paths among the parameters the last name is kept, of a key its fingerprint. Raises SourceError where the folder
    cannot be read.
    """
    of_before = [] if previous is None else [Path(previous) / name for name in ("actions.csv", "findings.csv")]
    earlier = tuple(fingerprint(file) for file in of_before if file.is_file())
    told = {name: _kept(name, value) for name, value in parameters.items()}
    return Basis(inputs=fingerprints(folder), earlier=earlier, settings=setting_marks(folder), parameters=told)


def _kept(name, value):
    if name == "key" and value:
        return f"the key with SHA-256 {fingerprint(value).sha256[:16]}…"
    return Path(value).resolve().name if isinstance(value, Path) else value


# ------------------------------------------------------------------------------------------ the record


def write_record(report, target, folder, rests_on, files, *, by="", previous=None):
    """Write the record of a report that is ready in the folder `report` and will stand at `target`: the path of
    `sign_off.json`.

    `rests_on` is its Basis, `files` the names of its files, `by` who ran it, as they said, `previous` the last audit's
    folder. Signatures of the report that stands at `target` are taken along: they count where nothing changed.
    """
    made = {name: digest for name, digest in report_files(report).items() if name in files}
    record = {
        "format": FORMAT,
        "quarter": str(rests_on.parameters.get("quarter", "")),
        "ran_by": refuse_name(by) if by else "",
        **_plain(rests_on),
        "files": made,
        "versions": versions(),
        "places": {"folder": _relative(folder, target), "previous": _relative(previous, target)},
    }
    record["seal"] = _seal(record)
    record["signatures"] = _signatures_at(target)
    return write_whole(Path(report) / RECORD, _json(record))


def report_files(report):
    """{name: SHA-256} of the files of a report, without the record itself."""
    return {
        file.name: fingerprint(file).sha256
        for file in sorted(Path(report).iterdir())
        if file.is_file() and file.name != RECORD and not file.name.startswith((".", "~$"))
    }


def read_record(report):
    """The record of a report's folder, a dict; SignOffError in words where there is none or it is damaged."""
    file = recovered(Path(report)) / RECORD
    if not Path(report).is_dir():
        raise SignOffError(f"{report} is no folder: name the folder of a report, such as my-centre/audit/2026Q3")
    if not file.is_file():
        raise SignOffError(f"{report} has no {RECORD}: it is no report of ccplan audit, or the record was taken away")
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        known = record["format"] == FORMAT
    except (ValueError, TypeError, KeyError, OSError) as problem:
        raise SignOffError(f"{file} cannot be read: {problem} — run the audit again") from None
    if not known:
        raise SignOffError(f"{file} was written by another version of ccplan: run the audit again")
    if damaged := [key for key in SHAPES if not _is_sound(record, key)]:
        raise SignOffError(f"{file} is damaged: {', '.join(damaged)} cannot be used — run the audit again")
    return record


def _is_sound(record, key):
    """Whether a part of the record is there, of its kind, and each of its rows has what belongs to it."""
    part, fields = record.get(key), ROWS.get(key)
    if not isinstance(part, SHAPES[key]):
        return False
    return fields is None or all(isinstance(row, dict) and set(row) == fields for row in part)


def _plain(rests_on):
    told = asdict(rests_on)
    return {
        "inputs": list(told["inputs"]),
        "earlier": list(told["earlier"]),
        "settings": told["settings"],
        "parameters": told["parameters"],
    }


def _seal(record):
    """One SHA-256 over all that a signature stands for; who ran it and with which versions included."""
    sealed = {
        key: record.get(key)
        for key in ("format", "quarter", "ran_by", "inputs", "earlier", "settings", "parameters", "versions")
    }
    sealed["files"] = {name: digest for name, digest in record["files"].items() if name not in LIVING}
    return hashlib.sha256(_json(sealed).encode()).hexdigest()


def _json(record):
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _relative(folder, target):
    """A place as seen from the report: both may move together."""
    if not folder:
        return ""
    try:
        return Path(os.path.relpath(Path(folder).resolve(), Path(target).resolve())).as_posix()
    except ValueError:  # another drive
        return Path(folder).resolve().as_posix()


def _signatures_at(target):
    try:
        return read_record(target)["signatures"]
    except SignOffError:
        return []


# ------------------------------------------------------------------------------------------ signing


def sign(report, by, folder=None, today=None):
    """Sign a report's folder as `by`: the Check that it passed. `folder` is the centre's, if it moved.

    Raises SignOffError in words for no name, and where anything changed since the report was made: then it must be
    run again.
    """
    import datetime

    name, report = refuse_name(by), Path(report)
    read_record(report)
    with locked(report.resolve(), patience_s=2):
        checked = verify(report, folder)
        if not checked.holds:
            why = "".join(f"\n  {said}" for said in checked.changes)
            raise SignOffError(f"{report} cannot be signed: it is not what was made{why}")
        record = read_record(report)
        day = (today or datetime.date.today()).isoformat()
        record["signatures"] = [*record["signatures"], {"by": name, "on": day, "seal": record["seal"]}]
        write_whole(report / RECORD, _json(record))
    return verify(report, folder)


def refuse_name(by):
    """The name with single spaces; SignOffError in words for what is no name."""
    name = " ".join(str(by or "").split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SignOffError(f'--by must be the name of a person, such as --by "Ann Lee", got {by!r}')
    return name


# ---------------------------------------------------------------------------------------- verifying


@dataclass(frozen=True, kw_only=True)
class Check:
    """What verifying a report found: `changes` sentences (none: nothing changed), `notes` what else should be known,
    `signatures` sentences, one for each; `ran_by` who said to have run it."""

    changes: tuple
    notes: tuple
    signatures: tuple
    ran_by: str

    @property
    def holds(self):
        """True where data, report and parameters are what they were."""
        return not self.changes


def verify(report, folder=None):
    """What changed since a report was made, a Check. `folder` is the centre's folder, left out where the record
    says it lies.

    Raises SignOffError in words where there is no record, or it is damaged.
    """
    record = read_record(report)
    changes = [
        *_record_changes(record),
        *_report_changes(record, Path(report)),
        *_data_changes(record, Path(report), folder),
    ]
    return Check(
        changes=tuple(changes),
        notes=tuple(_notes(record, Path(report))),
        ran_by=record.get("ran_by", ""),
        signatures=tuple(_signature(one, record, changes) for one in record["signatures"]),
    )


def _record_changes(record):
    if _seal(record) != record["seal"]:
        yield f"{RECORD}: its record of files, parameters or versions was changed by hand"


def _report_changes(record, report):
    now = report_files(report)
    for name, digest in sorted(record["files"].items()):
        if name in LIVING:
            continue
        if name not in now:
            yield f"the report's {name} is gone"
        elif now[name] != digest:
            yield f"the report's {name} was changed after it was made"


def _notes(record, report):
    now = report_files(report)
    for name in LIVING:
        if name in record["files"] and now.get(name) != record["files"][name]:
            yield f"{name} was written into since, as it is meant to be: the sign-off does not cover it"
    here = versions()
    others = {name: (was, here.get(name)) for name, was in record.get("versions", {}).items() if here.get(name) != was}
    if others:
        told = ", ".join(f"{name} {was} (now {now})" for name, (was, now) in others.items())
        yield f"made with other versions: {told}; run again, the report may come out differently"


def _data_changes(record, report, folder):
    place = Path(folder) if folder else report.resolve() / str(record["places"].get("folder", ""))
    marks, tables = setting_marks(place), [was["file"] for was in record["inputs"] if was["file"] != FILE_NAME]
    named = "name" in marks and marks["name"] == record["settings"].get("name")  # another centre has settings, too
    if not named and not any((place / table).is_file() for table in tables):
        yield f"the centre's folder {os.path.normpath(place)} is not there: it was moved or removed — name where it lies now"
        return
    yield from _changed_files(record["inputs"], fingerprints(place))
    yield from _changed_settings(record["settings"], marks)
    if record["earlier"]:
        before = report.resolve() / str(record["places"].get("previous", ""))
        now = tuple(fingerprint(file) for was in record["earlier"] if (file := before / was["file"]).is_file())
        yield from (f"last audit: {said}" for said in _changed_files(record["earlier"], now))


def _changed_files(before, now):
    """Sentences on what differs between two sets of fingerprints, by file."""
    old, new = {each["file"]: Fingerprint(**each) for each in before}, {each.file: each for each in now}
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{name} is gone{_held(old[name])}"
        elif name not in old:
            yield f"{name} is new{_held(new[name])}"
        elif old[name].sha256 != new[name].sha256:
            yield f"{name} changed: {_difference(old[name], new[name])}"


def _held(one):
    return f" ({_rows(one.rows)})" if one.rows is not None else ""


def _difference(old, new):
    if old.rows is None or new.rows is None:
        return f"{new.bytes - old.bytes:+,} bytes" if new.bytes != old.bytes else "other content of the same length"
    if old.rows == new.rows:
        return f"still {_rows(new.rows)}, other content"
    return f"{_rows(abs(new.rows - old.rows))} {'more' if new.rows > old.rows else 'less'}, {new.rows:,} instead of {old.rows:,}"


def _rows(count):
    return f"{count:,} row" + "s" * (count != 1)


def _changed_settings(old, new):
    what = {
        "changed": sorted(key for key in old.keys() & new.keys() if old[key] != new[key]),
        "is new": sorted(new.keys() - old.keys()),
        "is gone": sorted(old.keys() - new.keys()),
    }
    for words, keys in what.items():
        yield from (f"centre.toml: {key} {words}" for key in keys)


def _signature(one, record, changes):
    said = f"signed by {one['by']} on {one['on']}"
    if one["seal"] != record["seal"]:
        return f"{said}: void, the audit was run again since with other data, parameters or results"
    return f"{said}: void, see what changed" if changes else f"{said}: holds"
