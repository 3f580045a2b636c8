"""`mapping.toml` beside the tables: what columns, units and words of any other export mean.

[files."export.csv"]
table = "calls"            # which of our tables it is
dates = "dmy"              # ymd, dmy or mdy
decimal = ","
time_zone = "UTC"          # in which its times are written; the centre's where left out

[files."export.csv".columns]      # theirs = ours; "" leaves a column out
"Anrufbeginn" = "arrived"
"Dauer" = "talk_s"

[files."export.csv".units]        # ours = s, ms, min, h, hh:mm:ss, mm:ss or hh:mm
talk_s = "min"

[files."export.csv".words.outcome]   # theirs = ours
"Verbunden" = "answered"

[files."export.csv".constants]    # ours = the value of every row
queue = "service"
"""

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..centre import time_zone_name
from ..faults import SettingsError, faults_of
from ..files import write_whole
from ..locks import locked
from .headers import HELPERS, SYNONYMS, known_headers
from .numbers import UNITS
from ..settings import unknown
from ..tables import TABLES
from ..toml_text import toml_word
from .text_files import SEPARATORS, SourceError
from .understand import FileMapping, understand

FILE_NAME = "mapping.toml"
TEXTS = tuple(
    name for name in FileMapping.__dataclass_fields__ if name not in ("columns", "units", "words", "constants")
)
DICTS = ("columns", "units", "constants")
CHOICES = {
    "decimal": (".", ","),
    "dates": ("ymd", "dmy", "mdy"),
    "separator": tuple(SEPARATORS),
    "table": tuple(TABLES),
}
MAX_BYTES = 2**20
MOST_SHOWN = 1e7  # of a measured number, where people are not to be shown: a larger one may be a number of theirs in the wrong column


class MappingError(SettingsError):
    """A `mapping.toml` that cannot be used; the message lists every fault, `faults` holds them."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first rows as a mapping reads them: `frame`, the source's `cells`, `problems` in words, `columns` {ours:
    theirs}.
    """

    frame: pd.DataFrame
    cells: pd.DataFrame
    problems: tuple
    columns: dict


def read_mapping(folder):
    """{file name: FileMapping} of a folder's `mapping.toml` (or of that file); {} where there is none.

    Raises MappingError (a ValueError) listing every fault: file, key, rule and value.
    """
    file = Path(folder)
    file = file / FILE_NAME if file.is_dir() else file
    return _checked(file, _parse(file)) if file.is_file() else {}


def mapping_of(file):
    """The FileMapping that `mapping.toml` beside a file holds for it, None where it says nothing."""
    return read_mapping(Path(file).parent).get(Path(file).name)


def write_mapping(file, mapping):
    """Write what is said about one file into `mapping.toml` beside it; returns the Path written.

    What stands there about other files is kept (comments are not), also where two write at once; the whole is written
    at once or not at all. Raises MappingError (a ValueError) where the mapping, or what stands there, is wrong.
    """
    file = Path(file)
    target = file.parent / FILE_NAME
    with locked(target):
        known = read_mapping(target) if target.exists() else {}
        told = known | {file.name: mapping}
        _checked(target, {"files": {name: _as_dict(each) for name, each in told.items()}})
        return write_whole(target, mapping_toml(told))


def mapping_toml(mappings):
    """The text of `mapping.toml` for {file name: FileMapping}."""
    lines = ["# What other programs' exports mean; see ccplan.data.reading.mapping. Columns: theirs = ours."]
    for name, mapping in mappings.items():
        head = f"files.{toml_word(name)}"
        lines += [
            "",
            f"[{head}]",
            *(f"{key} = {toml_word(getattr(mapping, key))}" for key in TEXTS if getattr(mapping, key)),
        ]
        parts = {key: getattr(mapping, key) for key in DICTS}
        parts |= {f"words.{toml_word(ours)}": words for ours, words in mapping.words.items()}
        for key, words in parts.items():
            if words:
                lines += [
                    "",
                    f"[{head}.{key}]",
                    *(f"{toml_word(left)} = {toml_word(right)}" for left, right in words.items()),
                ]
    return "\n".join(lines) + "\n"


def preview(file, mapping, rows=10, time_zone="UTC", key=None):
    """The first `rows` rows of a file as a mapping would read them, as a Preview; nothing raises for bad data.

    `problems` says all that is wrong, in words: of the file, of the mapping, of the cells shown. With a
    `key` (bytes of `privacy.read_key`) people, and cells that may be people, are shown as codes.
    """
    shown = _preview(file, mapping, rows, time_zone)
    return shown if key is None else _without_people(shown, mapping, key)


def _without_people(shown, mapping, key):
    """A Preview with codes: cells without a meaning of ours are coded unless they are plain numbers or times."""
    from ..privacy import PEOPLE, code, innocent, private_words, pseudonymise  # privacy knows this room's words

    table = mapping.table or "calls"
    ours = {theirs: name for name, theirs in shown.columns.items()}

    def coded(column):
        kind = PEOPLE.get(table, {}).get(ours.get(str(column.name)))
        if ours.get(str(column.name), column.name) == "queue":
            return column
        return column.map(
            lambda cell: (
                cell
                if pd.isna(cell) or cell == "" or (kind is None and innocent(cell))
                else code(cell, key, kind or "text")
            )
        )

    def open_to_all(column):
        values = shown.frame[column.name]
        return values.where(values < MOST_SHOWN) if column.measured else coded(values)

    cells = shown.cells.apply(coded) if len(shown.cells.columns) else shown.cells
    if (
        not known_headers(map(str, cells.columns), table) and not mapping.columns
    ):  # a file without a header: its first row stands there
        cells = cells.set_axis([f"column {n}" for n in range(1, len(cells.columns) + 1)], axis=1)
    frame = shown.frame if not len(shown.frame.columns) else pseudonymise(shown.frame, table, key)
    others = [c for c in TABLES[table].columns if c.name in frame and c.name not in PEOPLE.get(table, {})]
    frame = frame.assign(**{c.name: open_to_all(c) for c in others if c.measured or c.kind in ("text", "word")})
    problems = tuple(private_words(problem, key) for problem in shown.problems)
    return dataclasses.replace(shown, frame=frame, cells=cells, problems=problems)


def _preview(file, mapping, rows, time_zone):
    """See `preview`."""
    from .opening import open_file  # opening a file needs the mapping's record

    empty = pd.DataFrame()
    try:
        _checked(Path(file), {"files": {Path(file).name: _as_dict(mapping)}})
        raw = open_file(file, mapping.table or "calls", mapping)
    except ValueError as problem:
        return Preview(frame=empty, cells=empty, problems=(str(problem),), columns={})
    cells = raw.cells.head(rows)
    table = TABLES[mapping.table or "calls"]
    try:
        found = understand(dataclasses.replace(raw, cells=cells), table, mapping, time_zone)
    except SourceError as problem:
        return Preview(frame=empty, cells=cells, problems=(str(problem),), columns={})
    bad, _, broken = faults_of(found, table)
    problems = [
        f"row {f.row}: {f.column} {f.rule}, got {f.value!r}"
        for f in pd.concat([bad, broken]).sort_values("row").itertuples()
    ]
    return Preview(frame=found.frame, cells=cells, problems=tuple(problems), columns=found.columns)


def _parse(file):
    try:
        data = file.read_bytes()
        if len(data) > MAX_BYTES:
            raise MappingError(file, [f"must be at most {MAX_BYTES:,} bytes, got {len(data):,}"])
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MappingError(file, ["must be saved as UTF-8"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise MappingError(file, [f"not valid TOML: {problem}"]) from None
    except OSError as problem:
        raise MappingError(file, [f"cannot be read: {problem.strerror}"]) from None


def _checked(file, data):
    """{file name: FileMapping}; MappingError with every fault."""
    faults = unknown(data, ["files"])
    files = data.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(said, dict) for said in files.values()):
        raise MappingError(file, [*faults, 'files must be tables such as [files."export.csv"]'])
    for name, said in files.items():
        if name != Path(name).name or name in ("", ".", "..") or "\\" in name:
            faults.append(f"files.{toml_word(name)} must be the name of a file in this folder, got {name!r}")
        faults += [f"files.{toml_word(name)}.{words}" for words in _file_faults(said)]
    if faults:
        raise MappingError(file, faults)
    return {name: FileMapping(**said) for name, said in files.items()}


def _file_faults(said):
    """What is wrong with what is said about one file."""
    yield from unknown(said, FileMapping.__dataclass_fields__)
    for key in (key for key in TEXTS if key in said):
        yield from _text_faults(key, said[key])
    tables = [said.get("table")] if said.get("table") in TABLES else list(TABLES)
    ours = {column for table in tables for column in (*TABLES[table].names, *SYNONYMS[table])} | set(HELPERS)
    for key in (key for key in (*DICTS, "words") if key in said):
        yield from _dict_faults(key, said[key], ours)


def _text_faults(key, value):
    if not isinstance(value, str):
        yield f"{key} must be words in quotes, got {value!r}"
    elif value and key in CHOICES and value not in CHOICES[key]:
        yield f"{key} must be one of {', '.join(map(repr, CHOICES[key]))}, got {value!r}"
    elif value and key == "time_zone":
        try:
            time_zone_name(key, value)
        except ValueError as problem:
            yield str(problem)


def _dict_faults(key, words, ours):
    """Columns give ours on the right, the others on the left; units are of a list, words are lists of their own."""
    if not isinstance(words, dict):
        yield f"{key} must be a table, got {words!r}"
        return
    for left, right in words.items():
        if key == "words" and not (
            isinstance(right, dict) and all(isinstance(word, (str, bool)) for word in right.values())
        ):
            yield f"words.{left} must be a table of their words = ours, got {right!r}"
        elif key != "words" and not isinstance(right, (str, int, float)):
            yield f"{key}.{toml_word(left)} must be a word, got {right!r}"
        else:
            name = right if key == "columns" else left
            yield from (
                [f"{key}.{toml_word(left)} must name a column of ours, got {name!r}"]
                if name not in ours and name != ""
                else []
            )
        if key == "units" and right not in UNITS:
            yield f"units.{left} must be one of {', '.join(UNITS)}, got {right!r}"
    if key == "columns":
        yield from _taken_twice(words)


def _taken_twice(columns):
    ours = [right for right in columns.values() if right]
    yield from (
        f"columns: {name} must stand once, got it {ours.count(name)} times"
        for name in dict.fromkeys(ours)
        if ours.count(name) > 1
    )


def _as_dict(mapping):
    return {key: value for key, value in dataclasses.asdict(mapping).items() if value}
