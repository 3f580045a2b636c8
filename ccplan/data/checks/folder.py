"""Can this data be trusted? Every finding with file, row and value, and a verdict in a sentence."""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from ..centre import Centre
from ..centre_file import FILE_NAME, CentreError, read_centre
from .abilities import abilities
from .findings import SEVERITIES, counted, fault_findings, finding, findings_frame
from .intervals import check_intervals
from ..evidence.guesses import assume_centre
from ..privacy import code_findings, people_in, pseudonymise
from ..sources import Reading, find_large, load_small, refuse_unreadable
from ..faults import TableError
from ..tables import TABLES
from ..reading.text_files import SourceError

__all__ = ["CheckReport", "SEVERITIES", "check_folder"]


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What was found in a centre's folder.

    `findings`: DataFrame, a row a finding (table, file, row, queue, start, column, value, rule,
    severity, rows, message), where `rows` counts the rows behind it. `verdicts`: a row a table.
    `abilities`: question, possible, why, table. `readings` are the tables as read without their
    faulty rows; `reading` is that of the intervals, None where there is none. A log of calls that no
    frame should hold is checked like any other, and is not among the `readings`.
    """

    folder: Path
    findings: pd.DataFrame
    verdicts: pd.DataFrame
    abilities: pd.DataFrame
    reading: Reading | None = field(default=None, repr=False)
    centre: Centre | None = field(default=None, repr=False)
    readings: dict = field(default_factory=dict, repr=False)

    @property
    def usable(self):
        """True where no error was found."""
        return not (self.findings["severity"] == "error").any()

    def count(self, severity):
        """How many findings are of that severity: error, warning or note."""
        return int((self.findings["severity"] == severity).sum())

    def frame(self, table):
        """The frame of a table without its faulty rows, None where it is not there."""
        return self.readings[table].frame if table in self.readings else None


def check_folder(folder, key=None):
    """Check a centre's folder, `centre.toml` and every table, as a CheckReport.

    With a `key` (bytes of `privacy.read_key`) the findings and the tables hold codes in place of people.

    Nothing raises for bad data: it is a finding. Nothing is written. Missing intervals and unusual
    days are told as stretches and days, rows that break a rule one by one up to twenty, else as one
    finding with their number.
    """
    path = Path(folder)
    centre, findings = _centre(path)
    with ExitStack() as held:  # a large log lies in a temporary place as long as it is checked
        readings, more = _readings(path, centre, held)
        findings += more
        if "intervals" in readings:
            centre, assumed = _complete(centre, readings["intervals"])
            findings += assumed
        findings += [found for part in PARTS for found in part(readings, centre)]
    frame = findings_frame(findings)
    if key is not None:
        frame, readings = _private(frame, readings, centre, key), _coded(readings, key)
    return CheckReport(
        folder=path,
        findings=frame,
        verdicts=_verdicts(frame, readings),
        reading=readings.get("intervals"),
        abilities=abilities(readings),
        centre=centre,
        readings={name: reading for name, reading in readings.items() if not hasattr(reading, "log")},
    )


# ------------------------------------------------------------------------------------------- reading


def _centre(path):
    file = path / FILE_NAME
    try:
        refuse_unreadable(path)
    except SourceError:  # told where the tables are read
        return None, []
    if not file.is_file():
        return None, []
    try:
        return read_centre(file), []
    except CentreError as problem:
        return None, [
            finding("centre", FILE_NAME, "error", fault, rule="must be as the starter file says")
            for fault in problem.faults
        ]


def _readings(path, centre, held):
    """The tables without their faulty rows; the faults as findings, in place of an exception. A large log is held
    open.
    """
    centre = centre or Centre(name="unknown", assumed=("time zone UTC",))
    large = find_large(path)
    try:
        tables = load_small(path, centre, "leave out", without=("calls",) if large else (), from_calls=not large)
    except SourceError as problem:
        return {}, [finding("intervals", "", "error", str(problem), rule="must be readable")]
    tables = _with_large(tables, large, centre, held) if large else tables
    findings = [found for name, reading in tables.readings.items() for found in _told(name, reading)]
    findings += [found for name, problem in tables.broken.items() for found in _broken(name, problem, path)]
    if "intervals" in tables.absent:
        findings.append(
            finding("intervals", "", "error", _here(tables.absent["intervals"], path), rule="must be readable")
        )
    return tables.readings, findings


def _with_large(tables, large, centre, held):
    """The tables with the large log of calls, and with the intervals made from it where there are none."""
    from ..logs.call_intervals import reading_from_log
    from ..logs.parts import large_reading

    file, asked, aside = large
    readings, broken = dict(tables.readings), dict(tables.broken)
    try:
        readings["calls"] = held.enter_context(large_reading(file, TABLES["calls"], centre, asked, aside=aside))
        if "intervals" in tables.absent:
            said = f"made from {file.name}: the folder has no table of intervals"
            readings["intervals"] = reading_from_log(readings["calls"], centre, (said,))
    except ValueError as problem:
        broken |= {"calls": problem} | ({"intervals": problem} if "intervals" in tables.absent else {})
    absent = {name: why for name, why in tables.absent.items() if name not in readings and name not in broken}
    in_order = {name: readings[name] for name in TABLES if name in readings}
    return replace(
        tables, readings=in_order, broken={name: broken[name] for name in TABLES if name in broken}, absent=absent
    )


def _told(name, reading):
    yield from fault_findings(name, reading.file.name, reading.faults, reading.counts)
    aside = reading.left_aside if name == "intervals" else ()
    for words in (*reading.notes, *aside):
        yield finding(name, reading.file.name, "note", words)


def _here(words, path):
    """Words without the folder's own place on this machine: reports are passed on."""
    return words.replace(f"{path}/", "").replace(f"{path}", "the folder")


def _broken(name, problem, path):
    if isinstance(problem, TableError):
        yield from fault_findings(name, problem.file.name, problem.faults)
    else:
        yield finding(name, "", "error", _here(str(problem), path), rule="must be readable")


def _complete(centre, reading):
    """The centre, made of assumptions where there is no file; each assumption is a note."""
    if centre is not None:
        return centre, [finding("centre", FILE_NAME, "note", f"assumed: {words}") for words in centre.assumed]
    centre = assume_centre(reading, name=reading.file.parent.name or "Centre")
    return centre, [
        finding("centre", "", "note", f"no usable {FILE_NAME}, assumed: {words}") for words in centre.assumed
    ]


def _private(findings, readings, centre, key):
    known = people_in({name: reading.frame for name, reading in readings.items()})
    columns = {name: reading.columns for name, reading in readings.items()}
    return code_findings(findings, key, known, columns, spare=[queue.name for queue in centre.queues] if centre else ())


def _coded(readings, key):
    """The readings without people: their frames coded, and their faults, which quote cells of the file, left to the
    findings.
    """
    return {
        name: replace(reading, frame=pseudonymise(reading.frame, name, key), faults=reading.faults.head(0))
        for name, reading in readings.items()
    }


# ------------------------------------------------------------------------------------------- checking


def _intervals(readings, centre):
    if "intervals" in readings:
        yield from check_intervals(readings["intervals"], centre)


def _calls(readings, centre):
    if "calls" not in readings:
        return
    from .calls import CallLog, against_intervals, check_calls, check_evaluated  # Ibis loads where it is used

    reading = readings["calls"]
    large = hasattr(reading, "log")
    log = (
        CallLog.over(reading.log.drop("arrived").rename(arrived="wall"), reading.file.name)
        if large
        else CallLog.of(reading.frame, reading.rows, reading.file.name)
    )
    yield from check_calls(log, centre, _frame(readings, "agents"))
    if "evaluations" in readings:
        yield from check_evaluated(log, readings["evaluations"])
    yield from _as_found(reading)
    beside = readings.get("intervals")
    if beside is not None and beside.file != reading.file:
        yield from against_intervals(log, beside)


def _as_found(reading):
    """The file itself once more, without asking what its columns mean."""
    from .as_found import as_found_table, check_as_found
    from ..logs.engine import engine, read_parquet
    from ..reading.mapping import mapping_of
    from ..reading.opening import open_file
    from ..reading.understand import FileMapping

    if hasattr(reading, "log"):
        yield from check_as_found(reading.found, "calls", reading.file.name)
        return
    if reading.kind.startswith("Parquet"):
        with engine() as connection:
            yield from check_as_found(
                as_found_table(read_parquet(connection, reading.file)), "calls", reading.file.name
            )
        return
    try:
        cells = open_file(reading.file, "calls", mapping_of(reading.file) or FileMapping()).cells
    except (SourceError, OSError):  # a database, or a file that went away: it was checked as it was read
        return
    yield from check_as_found(cells, "calls", reading.file.name)


def _people(readings, centre):
    from .people import check_activities, check_agents, check_evaluations, check_ledger

    agents = _frame(readings, "agents")
    for name, check, more in (
        ("activities", check_activities, agents),
        ("evaluations", check_evaluations, agents),
        ("ledger", check_ledger, _last_day(readings)),
        ("agents", check_agents, _frame(readings, "activities")),
    ):
        if name in readings:
            yield from check(readings[name], more)


PARTS = (_intervals, _calls, _people)


def _frame(readings, name):
    return readings[name].frame if name in readings else None


def _last_day(readings):
    return readings["intervals"].frame["start"].max().tz_localize(None) if "intervals" in readings else None


# ------------------------------------------------------------------------------------------- verdicts


def _verdicts(findings, readings):
    """One sentence a table; `centre` and `intervals` are always told, other tables where they are there."""
    told = set(findings["table"]) | set(readings) | {"centre", "intervals"}
    names = [name for name in ("centre", *TABLES) if name in told]
    return pd.DataFrame(
        [_verdict_row(name, findings[findings["table"] == name], readings.get(name)) for name in names]
    ).astype({"rows": "Int64"})


def _verdict_row(name, findings, reading):
    counts = {severity: findings[findings["severity"] == severity] for severity in SEVERITIES}
    return {
        "table": name,
        "rows": pd.NA if reading is None else _size(reading),
        **{severity + "s": len(rows) for severity, rows in counts.items()},
        "faulty_rows": int(counts["error"]["rows"].sum()),
        "doubtful_rows": int(counts["warning"]["rows"].sum()),
        "verdict": _verdict(name, counts, reading),
    }


def _verdict(name, counts, reading):
    errors, warnings = len(counts["error"]), len(counts["warning"])
    if name != "centre" and reading is None:
        return "cannot be read: mend the errors first"
    state = "must be mended" if errors else "can be used with care" if warnings else "can be used"
    return f"{state}: {counted(errors, 'error')}, {counted(warnings, 'warning')}" + (
        "" if reading is None else f"; {_extent(reading)}"
    )


def _extent(reading):
    frame = reading.frame
    if reading.table == "intervals":
        return (
            f"{counted(len(frame), 'interval')} of {reading.interval_s / 60:g} minutes, {counted(frame['queue'].nunique(), 'queue')}, "
            f"{_span(frame['start'])}"
        )
    first = next(
        (
            name
            for name in ("arrived", "start", "date", "month", "hired", "checked_on")
            if name in frame and frame[name].notna().any()
        ),
        None,
    )
    return counted(_size(reading), "row") + (f", {_span(frame[first].dropna())}" if first else "")


def _size(reading):
    """How many rows a reading has; the frame of a large log is an outline only."""
    return getattr(reading, "size", len(reading.frame))


def _span(stamps):
    return f"{stamps.min():%Y-%m-%d} to {stamps.max():%Y-%m-%d}"
