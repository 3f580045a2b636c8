"""Read a `centre.toml`: every fault of the file in one report, in words."""

import dataclasses
import tomllib
from pathlib import Path

from ..queueing.targets import Targets
from .budget_lines import BudgetLine
from .campaigns import Campaign
from .centre import Centre, Costs, Flex, Hiring, Queue, Shrinkage
from .faults import SettingsError
from .groups import Group, group_faults
from .hours import KEYS, read_hours
from .settings import checked, unknown
from .shifts import Rostering, Shift

FILE_NAME = "centre.toml"
SECTIONS = {"shrinkage": Shrinkage, "hiring": Hiring, "flex": Flex, "costs": Costs, "rostering": Rostering}
NAMED = {
    "groups": Group,
    "campaigns": Campaign,
    "budget": BudgetLine,
    "shifts": Shift,
}  # sections by name, such as [groups.sales]
DEFAULTS_SAID = {  # what is told when a part of the file is missing
    "time_zone": "time zone UTC",
    "country": "no public holidays, for no country is named",
    "currency": "currency EUR",
    "interval_s": "planning intervals of 1800 s",
    "shrinkage": "shrinkage of 30 % of paid time, by the usual causes",
    "hiring": "attrition of 30 % a year, 6 weeks to the first day, 4 of training",
    "costs": "a wage of 15.00 an hour, 30 % on-costs, 37.5 hours a week, overtime at 1.5",
    "targets": "80 % answered in 20 s",
    "hours": "open at all times",
    "patience_s": "callers never hang up",
}


class CentreError(SettingsError):
    """A `centre.toml` that cannot be used; the message lists every fault, `faults` holds them."""


def read_centre(file):
    """The Centre that a `centre.toml` describes; what it leaves out is assumed and said so.

    `file` is a path. Raises CentreError (a ValueError) listing all faults of the file: key, rule
    and value of each.
    """
    return _Reader(file).centre(_parse(Path(file)))


def read_centre_text(text, file=FILE_NAME):
    """The Centre that the text of a `centre.toml` describes; `file` is named in errors. Raises as `read_centre`."""
    return _Reader(file).centre(_toml(text, file))


def _parse(file):
    return _toml(_text(file), file)


def _toml(text, file):
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise CentreError(
            file, [f"not valid TOML: {problem} — words stand in quotes, numbers have a decimal point"]
        ) from None


def _text(file):
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise CentreError(
            file, [f"must be saved as UTF-8, byte {problem.start + 1} is not — save it again as UTF-8"]
        ) from None
    except OSError as problem:
        raise CentreError(file, [f"cannot be read: {problem.strerror or problem}"]) from None


class _Reader:
    """Collects faults and assumptions while the parts are read."""

    def __init__(self, file):
        self.file, self.faults, self.assumed = Path(file), [], []

    def centre(self, said):
        known = [field.name for field in dataclasses.fields(Centre) if field.name != "assumed"]
        self.faults += unknown(said, known)
        parts = self._plain(Centre, said, skip=("queues", "assumed", *SECTIONS, *NAMED))
        parts |= {key: self._named(cls, said, key) for key, cls in NAMED.items()}
        parts |= {name: self._section(cls, said, name) for name, cls in SECTIONS.items()}
        parts["queues"] = self._queues(said.get("queues"))
        self._check_groups(parts["groups"], parts["queues"])
        self._assume(said, ("time_zone", "country", "currency", "interval_s", "shrinkage", "hiring", "costs"))
        self._stop_if_faulty()
        return Centre(**parts, assumed=tuple(self.assumed))

    def _plain(self, cls, said, skip=(), where=""):
        """Values of the class's own fields; a missing field without default is a fault."""
        plain = [field for field in dataclasses.fields(cls) if field.name not in skip]
        good, problems = checked(cls, {f.name: said[f.name] for f in plain if f.name in said}, where)
        missing = [
            f.name
            for f in plain
            if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING and f.name not in said
        ]
        self.faults += problems + [f"{where}{name} is missing" for name in missing]
        return good

    def _section(self, cls, said, name, where=""):
        """One table of the file as its dataclass; the default where it is not there."""
        where = f"{where}{name}."
        values = self._table(said, name, where)
        self.faults += unknown(values, [field.name for field in dataclasses.fields(cls)], where)
        before = len(self.faults)
        good = self._plain(cls, values, where=where)
        return self._build(cls, good, where) if len(self.faults) == before else None

    def _build(self, cls, good, where):
        known = {field.name for field in dataclasses.fields(cls)}
        try:
            return cls(**{name: value for name, value in good.items() if name in known})
        except ValueError as problem:
            own = f"{good.get('name')}: "  # the record names itself, as the place in the file does already
            self.faults += [
                where + part.removeprefix("group ").removeprefix("shift ").removeprefix("rostering: ").removeprefix(own)
                for part in str(problem).split("; ")
            ]

    def _table(self, said, name, where):
        values = said.get(name, {})
        if isinstance(values, dict):
            return values
        self.faults.append(f"{where.rstrip('.')} must be a table such as [{where.rstrip('.')}], got {values!r}")
        return {}

    def _named(self, cls, said, key):
        """The sections [key.NAME] of the file, each as its dataclass."""
        sections = self._table(said, key, f"{key}.NAME.")
        return tuple(self._one_named(cls, name, sections, f"{key}.{name}.") for name in sections)

    def _one_named(self, cls, name, sections, where):
        before, said = len(self.faults), self._table(sections, name, where)
        self.faults += unknown(said, [field.name for field in dataclasses.fields(cls) if field.name != "name"], where)
        hours = {"hours": self._hours(said, where)} if "hours" in said else {}
        parts = self._plain(cls, said | {"name": name}, skip=("hours",), where=where) | hours
        return self._build(cls, parts, where) if len(self.faults) == before else None

    def _check_groups(self, groups, queues):
        """Between groups and queues, once both can be read."""
        if None not in (*groups, *queues):
            self.faults += group_faults(groups, [queue.name for queue in queues])

    def _queues(self, said):
        if isinstance(said, list):
            names = [one["name"] for one in said if isinstance(one, dict) and isinstance(one.get("name"), str)]
            hint = f"write [queues.{names[0]}]" if names else "write [queues.NAME]"
            self.faults.append(f"queues must be sections by name: {hint} in place of [[queues]]")
            return ()
        if not isinstance(said, dict) or not said:
            self.faults.append("queues must name one queue at least, such as [queues.service]")
            return ()
        return tuple(self._queue(name, said) for name in said)

    def _queue(self, name, queues):
        where = f"queues.{name}."
        said = self._table(queues, name, where)
        known = [field.name for field in dataclasses.fields(Queue) if field.name != "name"]
        self.faults += unknown(said, known, where)
        before = len(self.faults)
        parts = self._plain(Queue, said | {"name": name}, skip=("hours", "worked", "targets"), where=where)
        parts |= {"targets": self._targets(said, where), "hours": self._hours(said, where)}
        parts |= {"worked": self._hours(said, where, "worked")} if "worked" in said else {}
        self._assume(said, ("hours", "targets", "patience_s"), f"queue {name}: ")
        return self._build(Queue, parts, where) if len(self.faults) == before else None

    def _targets(self, said, where):
        """The promises of a queue: one that names others but no service level promises none."""
        values = said.get("targets")
        if isinstance(values, dict) and any(key.startswith("max_") for key in values):
            said = {"targets": {"service_level": None} | values}
        return self._section(Targets, said, "targets", where)

    def _hours(self, said, where, name="hours"):
        words = said.get(name, {"every_day": "00:00-24:00"})
        words = {"every_day": words} if isinstance(words, str) else words
        if not isinstance(words, dict):
            self.faults.append(f'{where}{name} must be spans such as "08:00-20:00" by day, got {words!r}')
            return None
        self.faults += unknown(words, KEYS, f"{where}{name}.")
        hours, problems = read_hours({key: words[key] for key in words if key in KEYS}, f"{where}{name}.")
        self.faults += problems
        return hours

    def _assume(self, said, names, where=""):
        self.assumed += [where + DEFAULTS_SAID[name] for name in names if name not in said]

    def _stop_if_faulty(self):
        if self.faults:
            raise CentreError(self.file, self.faults)
