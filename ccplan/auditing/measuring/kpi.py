"""What a KPI is: words, a unit, a target that is typical, and sums of two parts whose ratio is its value.

A KPI is never an average of averages: at every grain its value is Σ top ÷ Σ bottom. Where it can be had from
several tables it has several ways, and the first that the tables allow is taken. What sources define differently are
its options.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf, isnan
from numbers import Real

KPI_AREAS = ("customers", "people", "money", "plan")
BETTER = ("higher", "lower", "band")


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A table that is made from one of ours before anything is summed.

    `rows(row)` adds columns to it, before rows outside the period are left out; `groups(table, keys)` makes one row
    of many, `keys` being the columns that are asked for; `frame(frame, start, end)` makes it in pandas, for small
    tables. `needs` names columns without which it cannot be made; `by_day` asks for a column `day` for its groups.
    """

    name: str
    of: str
    needs: tuple = ()
    by_day: bool = False
    rows: Callable | None = field(default=None, compare=False)
    groups: Callable | None = field(default=None, compare=False)
    frame: Callable | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something to sum: `value(row)` over the rows of a table for which `where(row)` is true; no value: the rows
    are counted.

    `table` is the name of a table or a Derived; `row.wait_s` is a column of an Ibis table, so that the expression
    runs on every engine.
    """

    table: str | Derived
    value: Callable | None = None
    where: Callable | None = None
    counts: bool = False  # the value is a number of things: contacts of an interval

    @property
    def base(self):
        """The name of the table of ours that it rests on."""
        return self.table.of if isinstance(self.table, Derived) else self.table


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to a KPI: Σ top ÷ Σ bottom.

    `counts` where top counts some of what bottom counts (the interval is then Wilson's), `events` where it counts
    what happened in a time (Garwood's); `spread` names columns of top's table that bottom's need not have: its sum
    then stands beside each of them (cost of a line ÷ all contacts). `more` are further parts by name, of bottom's
    table, and `top_of(sums)` makes the top from them, where one is not enough.
    """

    top: Part
    bottom: Part
    counts: bool = False
    events: bool = False
    spread: tuple = ()
    more: dict = field(default_factory=dict)
    top_of: Callable | None = None

    @property
    def tables(self):
        """The tables that it needs, without repetition."""
        return tuple(dict.fromkeys(part.base for part in (self.top, self.bottom, *self.more.values())))

    @property
    def is_counts(self):
        """True where it is a share of counted things."""
        return self.counts or (self.top.value is None and self.bottom.value is None)


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice where sources disagree: what is taken unless said otherwise, what may be, and what it is about.

    `words` is {value: how the variant is stated}; without words any value of the default's kind is allowed: a number
    of 0 or more, True or False, or texts.
    """

    default: object
    says: str
    words: dict = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class KPI:
    """A KPI as data.

    `formula` in words, `unit` (share, s, currency, points, contacts, ...), `better` (higher, lower or band), `low`
    and `high` the range outside which a value cannot lie, `typical` what is usual with its `source`, `disagree`
    where sources differ; `options` {name: Option}, `chosen` those that were chosen; `made(**options)` the ways.
    """

    key: str
    name: str
    area: str
    formula: str
    unit: str
    better: str
    made: Callable = field(repr=False)
    low: float = 0.0
    high: float = inf
    typical: str = ""
    source: str = ""
    disagree: str = ""
    options: dict = field(default_factory=dict, repr=False)
    chosen: dict = field(default_factory=dict)
    range_of: Callable | None = field(default=None, repr=False)

    def with_(self, **options):
        """The same KPI in another variant; ValueError in words for an option or a value that it does not have.

        >>> from ccplan.auditing import KPIS
        >>> KPIS["service_level"].with_(definition="answered", target_s=30).variant()
        'answered within 30 s ÷ answered (SL2)'
        """
        for name in options:
            if name not in self.options:
                raise ValueError(
                    f"{name} is no option of {self.key}: "
                    + (f"it has {', '.join(self.options)}" if self.options else "it has none")
                )
        told = {name: _allowed(f"{name} of {self.key}", self.options[name], value) for name, value in options.items()}
        chosen = replace(self, chosen=self.chosen | told)
        return replace(chosen, **self.range_of(**chosen.settings)) if self.range_of else chosen

    @property
    def settings(self):
        """{option: value}, as chosen or else as usual."""
        return {name: self.chosen.get(name, option.default) for name, option in self.options.items()}

    @property
    def ways(self):
        """The ways of this variant, the best first."""
        return self.made(**self.settings)

    @property
    def tables(self):
        """The tables of each way, in words: "intervals, or calls"."""
        return ", or ".join(dict.fromkeys(" and ".join(way.tables) for way in self.ways))

    def variant(self, centre=None):
        """The variant in words: every option's value, so that no number stands without its definition."""
        words = {name: _value_said(name, value, centre) for name, value in self.settings.items()}
        told = [option.words[self.settings[name]] for name, option in self.options.items() if option.words]
        return "; ".join(one.format(**words) for one in told if one) or self.formula


def _allowed(name, option, value):
    """The value of an option, texts as a tuple; ValueError in words for one that it cannot take."""
    if option.words:
        if value not in list(option.words):
            raise ValueError(f"{name} must be one of {', '.join(map(str, option.words))}, got {value!r}")
    elif isinstance(option.default, tuple):
        if isinstance(value, str) or not all(isinstance(one, str) for one in value):
            raise ValueError(f"{name} must be texts, such as ('moving house',), got {value!r}")
        return tuple(value)
    elif isinstance(option.default, bool):
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be True or False, got {value!r}")
    elif value is not None or option.default is not None:
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < inf:
            raise ValueError(f"{name} must be a number of 0 or more, got {value!r}")
    return value


def _value_said(name, value, centre):
    if value is None and name == "target_s":
        targets = {queue.name: queue.targets.target_s for queue in centre.queues} if centre is not None else {}
        return "the target time of the queue" + (
            f" ({', '.join(f'{one} {s:g} s' for one, s in targets.items())})" if targets else ""
        )
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:g} s" if name.endswith("_s") else f"{value:g}"
    return str(value)


def said(kpi, value, currency="EUR"):
    """A value of a KPI as people write it; "–" where there is none.

    >>> from ccplan.auditing import KPIS
    >>> said(KPIS["service_level"], 0.838), said(KPIS["aht_s"], 296.2), said(KPIS["cost_per_contact"], 4.1)
    ('83.8 %', '296 s', 'EUR 4.10')
    """
    if value is None or isnan(value):
        return "–"
    if kpi.unit.startswith("share"):
        return f"{100 * value:.1f} %" + kpi.unit.removeprefix("share")
    if kpi.unit == "currency":
        return f"{currency} {value:,.2f}"
    if kpi.unit == "s":
        return f"{value:,.0f} s" if abs(value) >= 100 else f"{value:.1f} s"
    return f"{value:,.1f} {kpi.unit}" if kpi.unit != "points" else f"{value:.2f}" if kpi.high < 11 else f"{value:.0f}"
