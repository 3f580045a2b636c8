"""A centre as decided rather than measured: what `centre.toml` says, as frozen dataclasses.

Durations in seconds, shares 0–1, money in the centre's currency. Defaults are the field's usual
figures; what was assumed because nobody said it stands in words in `Centre.assumed`.
"""

import functools
import re
from dataclasses import dataclass, field
from math import inf, prod
from zoneinfo import ZoneInfo

import pandas as pd

from ..queueing.inputs import SHARE_HINT
from ..queueing.targets import Targets
from .hours import OpeningHours
from .settings import a_share, exact, is_list, number, pairs, setting, settle, text, unknown
from .shifts import Rostering

EXTERNAL = {"annual leave": 0.10, "sickness": 0.05}
INTERNAL = {"breaks": 0.08, "training": 0.03, "meetings and coaching": 0.04}
CHANNELS = ("voice", "chat", "email", "back office", "social", "callback")
DEADLINES = ("by the clock", "in worked hours")  # how the seconds of a deadline are counted


def shares_by_cause(name, value):
    """A check for {cause: share}."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be causes with shares, such as sickness = 0.05, got {value!r}")
    return {cause: a_share(open_high=True)(f"{name}.{cause}", share) for cause, share in value.items()}


MONTHS = 12
MEAN_OFF = 0.02  # how far twelve factors may average from 1: they are written with two or three decimals


def factors_by_month(name, value):
    """A check for {cause: twelve factors, January first}, each cause's share of a month ÷ its share of the year."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be causes with twelve factors, January first, got {value!r}")
    return {cause: _twelve(f"{name}.{cause}", factors) for cause, factors in value.items()}


def _twelve(name, factors):
    if not is_list(factors):
        raise ValueError(f"{name} must be twelve factors such as [0.5, 0.5, ..., 2.5], got {factors!r}")
    checked_ones = tuple(number(open_high=True)(f"{name}[{i}]", factor) for i, factor in enumerate(factors))
    if len(checked_ones) != MONTHS:
        raise ValueError(f"{name} must be twelve factors, January first, got {len(checked_ones)}")
    mean = sum(checked_ones) / MONTHS
    if abs(mean - 1) > MEAN_OFF:
        raise ValueError(
            f"{name}: factors must average 1, for the year's share stays as it is; got a mean of {mean:.3f} "
            "— divide each by it, or change the share of the year"
        )
    return checked_ones


def ramp_shares(name, value):
    """A check for a list of shares of a full agent's output."""
    if not is_list(value):
        raise ValueError(f"{name} must be a list of shares such as [0.65, 0.8], got {value!r}")
    return tuple(a_share()(f"{name}[{i}]", share) for i, share in enumerate(value))


def tenure_steps(name, value):
    """A check for steps of (months, share per year), months rising."""
    steps = pairs(
        name,
        value,
        "[[3, 0.60], [12, 0.40]]",
        ("months", number(open_low=True, open_high=True)),
        ("share per year", number(high=5, hint=SHARE_HINT)),
    )
    if any(later[0] <= before[0] for before, later in zip(steps, steps[1:], strict=False)):
        raise ValueError(f"{name} must name rising months, got {', '.join(f'{months:g}' for months, _ in steps)}")
    return steps


def time_zone_name(name, value):
    """A check for a time zone of the IANA list."""
    try:
        ZoneInfo(text()(name, value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name} must be a zone of the IANA list such as Europe/Helsinki, got {value!r}") from None
    return value


def country_code(name, value):
    """A check for a two-letter country code, empty where no public holidays are wanted."""
    if value == "":
        return value
    if not (isinstance(value, str) and len(value) == 2 and value.isascii() and value.isupper()):
        raise ValueError(f'{name} must be two capital letters such as FI, or "", got {value!r}')
    if value not in _countries():
        raise ValueError(f'{name} must be a country whose holidays are known, or "", got {value!r}')
    return value


@functools.cache
def _countries():
    import holidays  # loads where it is used: it is not needed to import ccplan

    return frozenset(holidays.list_supported_countries(include_aliases=False))


def language_code(name, value):
    """A check for a language's code of two or three letters, empty where nothing is said."""
    if not (
        isinstance(value, str)
        and (value == "" or len(value) in (2, 3) and value.isascii() and value.isalpha() and value.islower())
    ):
        raise ValueError(f'{name} must be two or three small letters such as fi, or "", got {value!r}')
    return value


def currency_code(name, value):
    """A check for a currency such as EUR."""
    if not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()):
        raise ValueError(f"{name} must be three capital letters such as EUR, got {value!r}")
    return value


def exchange_rates(name, value):
    """A check for {currency: rate}."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be currencies with rates, such as USD = 0.92, got {value!r}")
    return {
        currency_code(name, code): number(open_low=True, open_high=True)(f"{name}.{code}", rate)
        for code, rate in value.items()
    }


def kpi_goals(name, value):
    """A check for {KPI: goal}; which KPIs there are the audit knows."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be KPIs with goals, such as csat = 0.70, got {value!r}")
    odd = [key for key in value if not (isinstance(key, str) and re.fullmatch(r"[a-z][a-z0-9_]*", key))]
    if odd:
        raise ValueError(f"{name} must name KPIs by their keys, such as csat or qa_score, got {odd[0]!r}")
    return {key: number(low=-inf, open_low=True, open_high=True)(f"{name}.{key}", goal) for key, goal in value.items()}


@dataclass(frozen=True, kw_only=True)
class Shrinkage:
    """The share of `base` time in which agents who cost money are not on the phones, by cause.

    `external` causes keep people away from the building (leave, sickness), `internal` ones from the
    phones (breaks, training). `base` is "paid" or "scheduled" time. `combine` says how causes make
    one share: "additive" when all are shares of the same base, "multiplicative" when each is a
    share of what the others leave. `by_month` holds twelve factors for causes that have a season: a
    cause's share in January, February, ... ÷ its share of the year. Raises ValueError where a share or
    the sum, in any month, is not in [0, 1).

    >>> Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.2}).total
    0.3
    >>> Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.2}).multiplicative
    0.28
    """

    base: str = setting("paid", says="time that the shares are shares of", check=text(("paid", "scheduled")))
    combine: str = setting("additive", says="how causes add up", check=text(("additive", "multiplicative")))
    external: dict = field(
        default_factory=lambda: dict(EXTERNAL),
        metadata={"says": "causes outside the building", "check": shares_by_cause, "unit": "share"},
    )
    internal: dict = field(
        default_factory=lambda: dict(INTERNAL),
        metadata={"says": "causes inside the building", "check": shares_by_cause, "unit": "share"},
    )
    by_month: dict = field(
        default_factory=dict,
        metadata={
            "says": "twelve factors of a cause, January first: its share of the month ÷ of the year",
            "check": factors_by_month,
            "unit": "factor",
        },
    )

    def __post_init__(self):
        settle(self)
        twice = sorted(set(self.external) & set(self.internal))
        if twice:
            raise ValueError(f"a cause must stand once, got {', '.join(twice)} as external and internal")
        if self.total >= 1:
            raise ValueError(f"shrinkage must be in [0, 1), its causes make {self.total:g}")
        self._check_months()

    def _check_months(self):
        problems = unknown(self.by_month, self.causes, "by_month.")
        for month in range(1, MONTHS + 1) if self.by_month and not problems else ():
            raw = {cause: share * self.factor(cause, month) for cause, share in self.causes.items()}
            problems += [
                f"by_month.{cause}: the share of month {month} must be in [0, 1), it comes to {share:.3g}"
                for cause, share in raw.items()
                if share >= 1
            ]
            if not problems and sum(self.in_month(month).values()) >= 1:
                problems.append(
                    f"shrinkage must be in [0, 1), in month {month} its causes make {sum(self.in_month(month).values()):.3g}"
                )
        if problems:
            raise ValueError("; ".join(problems))

    def factor(self, cause, month):
        """Factor of a cause in a month (1 to 12): 1 without a season."""
        return self.by_month[cause][month - 1] if cause in self.by_month else 1.0

    def in_month(self, month=None):
        """{cause: share of all paid time} in a month (1 to 12; None: in the year): they add up to the month's total.

        Causes that multiply act one after another, external ones first: each takes its share of what is left.

        >>> Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.2}, by_month={"leave": [0] * 6 + [2] * 6}).in_month(7)
        {'leave': 0.2, 'breaks': 0.2}
        """
        shares = {cause: share * (self.factor(cause, month) if month else 1.0) for cause, share in self.causes.items()}
        if self.combine == "additive":
            return shares
        left, parts = 1.0, {}
        for cause, share in shares.items():
            parts[cause], left = left * share, left * (1 - share)
        return parts

    @property
    def causes(self):
        """{cause: share}, external first."""
        return self.external | self.internal

    @property
    def additive(self):
        """Σ shares, exact to the decimals that were written."""
        return round(float(sum(map(exact, self.causes.values()), exact(0))), 12)

    @property
    def multiplicative(self):
        """1 − Π (1 − share), exact to the decimals that were written."""
        return round(float(1 - prod((1 - exact(share) for share in self.causes.values()), start=exact(1))), 12)

    @property
    def total(self):
        """The one share that `combine` asks for."""
        return self.additive if self.combine == "additive" else self.multiplicative


@dataclass(frozen=True, kw_only=True)
class Hiring:
    """How people come and go.

    `attrition_per_year` is leavers ÷ average headcount; `lead_time_weeks` runs from the decision to
    the first day, `training_weeks` from there to the first call; `ramp` holds the share of a full
    agent's output in the first, second, ... month on the phones, 1 after that.

    >>> Hiring().ramp
    (0.65, 0.65, 0.65)
    """

    attrition_per_year: float = setting(
        0.30,
        says="leavers ÷ average headcount",
        unit="share per year",
        check=number(high=5, hint=SHARE_HINT),
        slider=(0.0, 1.0),
    )
    lead_time_weeks: float = setting(
        6.0, says="decision to first day", unit="weeks", check=number(high=104), slider=(0, 26)
    )
    training_weeks: float = setting(
        4.0, says="first day to first call", unit="weeks", check=number(high=104), slider=(0, 26)
    )
    ramp: tuple = setting((0.65, 0.65, 0.65), says="output by month on the phones", unit="share", check=ramp_shares)
    attrition_by_tenure: tuple = setting(
        (),
        says="[[months, share per year], ...] of those not longer here than that",
        unit="share per year",
        check=tenure_steps,
    )
    class_size: float = setting(
        12, says="largest class of starters", unit="people", check=number(low=1, whole=True), slider=(1, 30)
    )
    smallest_class: float = setting(
        1, says="smallest class worth holding", unit="people", check=number(low=1, whole=True)
    )
    trainers: float = setting(
        inf, says="classes that can be in training at once", unit="classes", check=number(low=0, whole=True)
    )
    training_seats: float = setting(
        inf, says="trainees who can be in training at once", unit="people", check=number(low=0, whole=True)
    )
    seats: float = setting(inf, says="people the centre has room for", unit="people", check=number(low=0, whole=True))
    seasonal_months: float = setting(
        0, says="length of a seasonal contract; 0: none are offered", unit="months", check=number(high=24, whole=True)
    )
    class_cost: float = setting(
        0.0, says="trainer and material of a class", unit="currency per class", check=number(open_high=True)
    )

    def __post_init__(self):
        settle(self)
        if self.smallest_class > self.class_size:
            raise ValueError(
                f"smallest_class must be at most class_size = {self.class_size:g}, got {self.smallest_class:g}"
            )
        if self.class_size > self.training_seats:
            raise ValueError(
                f"class_size must fit the training room: training_seats = {self.training_seats:g}, got {self.class_size:g}"
            )


@dataclass(frozen=True, kw_only=True)
class Flex:
    """Hours that are no contract of the centre's own: overtime, an outsourcer, people for a season.

    >>> Flex().overtime
    0.05
    """

    overtime: float = setting(
        0.05,
        says="overtime that people will do ÷ their contract hours",
        unit="share",
        check=a_share(),
        slider=(0.0, 0.20),
    )
    outsourced_fte: float = setting(
        0.0, says="most FTE that an outsourcer takes on in a month", unit="FTE", check=number()
    )
    outsourced_notice_weeks: float = setting(
        0.0, says="from the order to an outsourcer's first hour", unit="weeks", check=number(high=104), slider=(0, 26)
    )
    outsourced_hourly: float = setting(
        30.0, says="an outsourcer's hour on the phones", unit="currency per hour", check=number(open_high=True)
    )
    outsourced_output: float = setting(
        0.90,
        says="output of an outsourcer's hour ÷ that of an own agent",
        unit="share",
        check=number(open_low=True, high=2),
    )
    part_time: float = setting(0.0, says="people on part-time contracts ÷ all people", unit="share", check=a_share())
    part_time_hours: float = setting(
        20.0, says="weekly hours of a part-time contract", unit="hours a week", check=number(open_low=True, high=168)
    )

    def __post_init__(self):
        settle(self)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What an hour costs, in the centre's currency.

    `on_costs` are the employer's contributions as a share of the wage; a seat costs
    `seat_per_month` (equipment, licences, rent) and a hire `per_hire` (advertising, selection).

    >>> Costs(hourly_wage=14.5, on_costs=0.3).loaded_hourly_cost
    18.85
    """

    hourly_wage: float = setting(
        15.0, says="gross wage", unit="currency per paid hour", check=number(open_high=True), slider=(8, 60)
    )
    on_costs: float = setting(
        0.30,
        says="employer's contributions ÷ wage",
        unit="share",
        check=number(high=3, hint=SHARE_HINT),
        slider=(0.10, 0.60),
    )
    weekly_hours: float = setting(
        37.5,
        says="paid hours of a full-time agent",
        unit="hours a week",
        check=number(high=168, open_low=True),
        slider=(35, 42),
    )
    overtime_factor: float = setting(
        1.5, says="wage of an overtime hour ÷ wage", unit="ratio", check=number(low=1, high=5), slider=(1, 2)
    )
    seat_per_month: float = setting(
        0.0, says="equipment, licences, rent", unit="currency per seat and month", check=number(open_high=True)
    )
    per_hire: float = setting(
        0.0, says="advertising and selection", unit="currency per hire", check=number(open_high=True)
    )
    overtime_double: float = setting(
        0.0, says="overtime hours paid at overtime_double_factor ÷ all overtime hours", unit="share", check=a_share()
    )
    overtime_double_factor: float = setting(
        2.0, says="wage of such a late overtime hour ÷ wage", unit="ratio", check=number(low=1, high=5)
    )
    wage_rise: float = setting(
        0.0, says="rise of wages in a year", unit="share", check=number(low=-0.5, high=5, hint=SHARE_HINT)
    )
    wages_rise_in: float = setting(
        1, says="calendar month of the rise, 1 January", unit="month", check=number(low=1, high=12, whole=True)
    )
    paid_share: float = setting(
        1.0,
        says="hours that are rostered and paid ÷ contract hours",
        unit="share",
        check=number(open_low=True, high=1.5, hint=SHARE_HINT),
    )

    def __post_init__(self):
        settle(self)

    @property
    def loaded_hourly_cost(self):
        """Cost of a paid hour: wage × (1 + on-costs)."""
        return round(float(exact(self.hourly_wage) * (1 + exact(self.on_costs))), 12)

    @property
    def overtime_hourly_cost(self):
        """Cost of an overtime hour: loaded cost × the mean of the two overtime factors, by how often each is paid."""
        late = exact(self.overtime_double)
        factor = exact(self.overtime_factor) * (1 - late) + exact(self.overtime_double_factor) * late
        return round(float(exact(self.loaded_hourly_cost) * factor), 12)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One queue: its channel, hours and promise, and the callers' patience.

    `patience_s` is the mean of an exponential patience (inf: nobody hangs up), `lines` the calls
    that fit, waiting and talking (inf: no limit); `aht_s` stands in only where the data has none.
    An agent holds up to `at_once` contacts (chat), and each then takes aht_s × (1 + slowdown × (held − 1)).
    Work with a `deadline_s` waits (e-mail, back office): it is done in the hours `worked` (None: the queue's
    hours), and the deadline runs by the clock or in those hours only, as `deadline_counts` says.
    Raises ValueError with all that is wrong.

    >>> Queue(name="service").targets.service_level
    0.8
    >>> Queue(name="mail", channel="email", deadline_s=14_400).deferred
    True
    """

    name: str = setting(says="as in the tables", check=text())
    channel: str = setting("voice", says="how contacts arrive", check=text(CHANNELS))
    hours: OpeningHours = field(default_factory=OpeningHours)
    targets: Targets = field(default_factory=Targets)
    patience_s: float = setting(
        inf, says="mean patience", unit="seconds", check=number(open_low=True), slider=(15, 600)
    )
    lines: float = setting(
        inf, says="calls that fit, waiting and talking", unit="calls", check=number(low=1, whole=True)
    )
    aht_s: float = setting(
        300.0,
        says="handle time where the data has none",
        unit="seconds",
        check=number(open_low=True, open_high=True),
        slider=(60, 1200),
    )
    at_once: int = setting(
        1,
        says="contacts that an agent holds at a time",
        unit="contacts",
        check=number(low=1, high=50, whole=True),
        slider=(1, 5),
    )
    slowdown: float = setting(
        0.0,
        says="growth of the handle time per further contact held",
        unit="share",
        check=number(high=5, hint=SHARE_HINT),
        slider=(0, 1),
    )
    deadline_s: float = setting(
        inf,
        says="promised answer of work that may wait; inf: a queue",
        unit="seconds",
        check=number(open_low=True),
        slider=(3600, 259_200),
    )
    deadline_counts: str = setting("by the clock", says="how the deadline runs", check=text(DEADLINES))
    worked: OpeningHours | None = None

    def __post_init__(self):
        settle(self, where=f"{self.name}: ")
        if self.deferred and self.at_once > 1:
            raise ValueError(
                f"{self.name}: at_once = {self.at_once} and deadline_s = {self.deadline_s:g} cannot both be set: "
                "contacts held together are live, work with a deadline waits — keep one of them"
            )
        if self.slowdown and self.at_once == 1:
            raise ValueError(
                f"{self.name}: slowdown = {self.slowdown:g} needs at_once = 2 or more: nobody holds a further contact"
            )
        if self.worked is not None and not self.deferred:
            raise ValueError(
                f"{self.name}: worked hours need a deadline_s: without one contacts are answered in the queue's hours"
            )

    @property
    def deferred(self):
        """True where the work may wait: it has a deadline."""
        return self.deadline_s < inf

    @property
    def working_hours(self):
        """The hours in which contacts are handled: `worked`, or else the queue's own."""
        return self.hours if self.worked is None else self.worked


@dataclass(frozen=True, kw_only=True)
class Centre:
    """A call centre: where it stands, its queues, and what its people's time costs.

    `queues` is a tuple of Queue, `campaigns` one of Campaign, `assumed` says in words what nobody gave. Raises
    ValueError with all that is wrong; see `ccplan.data.load_centre` for reading one.

    >>> Centre(name="Example", queues=(Queue(name="service"),)).queue("service").channel
    'voice'
    """

    name: str = setting(says="of the centre", check=text())
    time_zone: str = setting("UTC", says="of every timestamp", check=time_zone_name)
    country: str = setting("", says="for public holidays", check=country_code)
    currency: str = setting("EUR", says="of every amount", check=currency_code)
    language: str = setting("", says="of the panels, such as fi; without one English", check=language_code)
    interval_s: float = setting(
        1800, says="length of a planning interval", unit="seconds", check=number(low=60, high=86400, whole=True)
    )
    queues: tuple = ()
    groups: tuple = ()  # of Group; none: each queue has agents of its own; a centre cut to some queues keeps them
    campaigns: tuple = ()
    shrinkage: Shrinkage = field(default_factory=Shrinkage)
    hiring: Hiring = field(default_factory=Hiring)
    flex: Flex = field(default_factory=Flex)
    costs: Costs = field(default_factory=Costs)
    budget: tuple = ()  # of BudgetLine
    shifts: tuple = ()  # of Shift
    rostering: Rostering = field(default_factory=Rostering)
    exchange: dict = field(
        default_factory=dict,
        metadata={
            "says": "what one unit of another currency costs in the centre's",
            "check": exchange_rates,
            "unit": "currency",
        },
    )
    kpi_targets: dict = field(
        default_factory=dict,
        metadata={"says": "what the centre aims at, by the key of a KPI", "check": kpi_goals, "unit": "of the KPI"},
    )
    assumed: tuple = ()

    def __post_init__(self):
        settle(self)
        for kind, every in {
            "queue": self.queues,
            "group": self.groups,
            "campaign": self.campaigns,
            "budget line": self.budget,
            "shift": self.shifts,
        }.items():
            names = [one.name for one in every]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"a {kind} must stand once, got {', '.join(twice)} twice")
        for line in self.budget:
            if line.currency not in ("", self.currency, *self.exchange):
                raise ValueError(
                    f"budget.{line.name}: the price is in {line.currency}, whose rate is not given — write it into "
                    f"[exchange] as {line.currency} = what one of it costs in {self.currency}"
                )

    def queue(self, name):
        """The queue of that name; ValueError naming the known ones if there is none."""
        return self._named("queue", self.queues, name)

    def campaign(self, name):
        """The campaign of that name; ValueError naming the known ones if there is none."""
        return self._named("campaign", self.campaigns, name)

    def _named(self, kind, every, name):
        for one in every:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in every) or "none"
        raise ValueError(
            f'{kind} must be one of {known}, got {name!r} — write a section [{kind}s."{name}"] into centre.toml, '
            "or name it as there"
        )

    def public_holidays(self, start, end):
        """{date: name} of the country's public holidays from start to end, both included."""
        return public_holidays(self.country, start, end)

    def is_open(self, queue, starts):
        """Which timestamps (in the centre's zone) lie in the queue's opening hours: array of bool."""
        return self._within(self.queue(queue).hours, pd.DatetimeIndex(starts))

    def is_worked(self, queue, starts):
        """Which timestamps (in the centre's zone) lie in the hours in which the queue is worked: array of bool."""
        return self._within(self.queue(queue).working_hours, pd.DatetimeIndex(starts))

    def _within(self, hours, stamps):
        if not len(stamps):
            return stamps.isna()
        free = self.public_holidays(stamps.min() - pd.Timedelta(days=1), stamps.max())
        return hours.is_open(stamps, list(free))


def public_holidays(country, start, end):
    """{date: name} of a country's public holidays, both ends included; none for country "".

    Names in English where the library has them, else in the country's language. Raises ValueError for a
    country that the library does not know. Source: the `holidays` library, public category.

    >>> public_holidays("FI", "2026-12-06", "2026-12-25")[pd.Timestamp("2026-12-25").date()]
    'Christmas Day'
    """
    if not country:
        return {}
    import holidays  # loads where it is used: it is not needed to import ccplan

    country_code("country", country)
    start, end = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    known = holidays.country_holidays(country, years=range(start.year, end.year + 1), language="en_US")
    return {day: name for day, name in sorted(known.items()) if start <= day <= end}
