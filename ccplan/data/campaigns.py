"""An outbound campaign as `[campaigns.NAME]` of `centre.toml` says it: a list, the calling, the rules."""

import datetime
from dataclasses import dataclass, field

from .hours import OpeningHours
from .settings import a_share, is_list, number, setting, settle, text

MODES = {  # mode → what the dialler does
    "preview": "the agent sees the record first, then dials",
    "progressive": "one number is dialled for each free agent",
    "power": "a fixed number of lines is dialled for each free agent",
    "predictive": "numbers are dialled ahead of agents who will soon be free",
}
USUAL_HOURS = {"weekdays": "09:00-18:00", "holidays": "closed"}


def shares_by_attempt(name, value):
    """A check for one share in (0, 1], or a list with one for each attempt.

    >>> shares_by_attempt("contact_rate", [0.3, 0.2])
    (0.3, 0.2)
    """
    if not is_list(value):
        return _above_zero(name, value)
    shares = tuple(_above_zero(f"{name}[{i}]", share) for i, share in enumerate(value))
    if not shares:
        raise ValueError(f"{name} must be a share such as 0.25 or a list such as [0.3, 0.2], got an empty list")
    return shares


def a_date(name, value):
    """A check for a calendar date, None where none is set; TOML writes dates without quotes."""
    if value is None or (isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)):
        return value
    raise ValueError(f"{name} must be a date such as 2026-09-01, without quotes or time of day, got {value!r}")


def opening_hours(name, value):
    """A check for OpeningHours with at least one open span in the week."""
    if not isinstance(value, OpeningHours):
        raise ValueError(f'{name} must be OpeningHours such as OpeningHours.of(weekdays="09:00-18:00"), got {value!r}')
    if not value.minutes_per_week():
        raise ValueError(f'{name} must be open at some time of the week — such as weekdays = "09:00-18:00"')
    return value


def _above_zero(name, value):
    share = a_share()(name, value)
    if share == 0:
        raise ValueError(f"{name} must be above 0, got 0 — nobody would ever be reached")
    return share


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A list of people to call, how they are called, and how many are reached.

    `contact_rate` is the share of dials that a person answers, one for all attempts or one for each (the
    last holds for the rest); `right_party_rate` is the share of those who are the person wanted. An answered
    call that finds no free agent within `abandon_after_s` is dropped; dropped ÷ answered must stay at or
    under `max_abandonment`. Its default, 3 % within 2 s of the answer, is the safe harbour of the US
    Telemarketing Sales Rule, 16 CFR 310.4(b)(4), counted over a campaign or 30 days; ask which rule is yours.
    Raises ValueError with all that is wrong.

    >>> renewals = Campaign(name="renewals", records=4000, contact_rate=(0.30, 0.22))
    >>> [renewals.contact_rate_of(attempt) for attempt in (1, 2, 3)]
    [0.3, 0.22, 0.22]
    """

    name: str = setting(says="of the campaign", check=text())
    records: float = setting(
        says="people on the list", unit="records", check=number(whole=True, high=1e9, open_high=True)
    )
    attempts: float = setting(
        3, says="most attempts a record", unit="attempts", check=number(low=1, high=50, whole=True), slider=(1, 10)
    )
    contact_rate: float | tuple = setting(
        0.30, says="dials answered by a person", unit="share", check=shares_by_attempt, slider=(0.05, 0.60)
    )
    right_party_rate: float = setting(
        0.70, says="contacts that are the person wanted", unit="share", check=_above_zero, slider=(0.05, 1.0)
    )
    conversion: float = setting(0.0, says="right parties who say yes", unit="share", check=a_share(), slider=(0.0, 0.5))
    talk_s: float = setting(
        240.0,
        says="talk with the right party",
        unit="seconds",
        check=number(open_low=True, high=86400),
        slider=(30, 900),
    )
    acw_s: float = setting(
        60.0, says="after-call work for the right party", unit="seconds", check=number(high=86400), slider=(0, 600)
    )
    wrong_party_s: float = setting(
        40.0,
        says="handle time when it is not the person wanted",
        unit="seconds",
        check=number(high=86400),
        slider=(0, 300),
    )
    answer_s: float = setting(
        12.0, says="ringing until a person answers", unit="seconds", check=number(high=300), slider=(3, 30)
    )
    no_answer_s: float = setting(
        25.0, says="ringing of an attempt that nobody answers", unit="seconds", check=number(high=300), slider=(5, 60)
    )
    mode: str = setting("preview", says="how numbers are dialled", check=text(tuple(MODES)))
    preview_s: float = setting(
        25.0,
        says="looking at the record before a dial, in preview mode",
        unit="seconds",
        check=number(high=3600),
        slider=(0, 180),
    )
    lines_per_agent: float = setting(
        2.0, says="lines for each free agent, in power mode", unit="lines", check=number(low=1, high=20), slider=(1, 5)
    )
    max_abandonment: float = setting(
        0.03, says="answered calls that may be dropped", unit="share", check=a_share(), slider=(0.0, 0.10)
    )
    abandon_after_s: float = setting(
        2.0, says="answered calls wait so long for an agent", unit="seconds", check=number(high=60), slider=(0, 10)
    )
    hours: OpeningHours = field(
        default_factory=lambda: OpeningHours.of(**USUAL_HOURS),
        metadata={"says": "when people may be called", "check": opening_hours},
    )
    starts: datetime.date | None = setting(None, says="first day of calling", check=a_date)
    ends: datetime.date | None = setting(None, says="last day of calling", check=a_date)

    def __post_init__(self):
        settle(self, where=f"{self.name}: ")
        if isinstance(self.contact_rate, tuple) and len(self.contact_rate) > self.attempts:
            raise ValueError(
                f"{self.name}: contact_rate must have one share an attempt at most, got "
                f"{len(self.contact_rate)} for {self.attempts} attempts"
            )
        if self.starts and self.ends and self.ends < self.starts:
            raise ValueError(f"{self.name}: ends must not lie before starts, got {self.ends} before {self.starts}")

    @property
    def handle_s(self):
        """Mean seconds of an agent for a contact: right party's talk and after-call work, or the wrong party's."""
        return self.right_party_rate * (self.talk_s + self.acw_s) + (1 - self.right_party_rate) * self.wrong_party_s

    def contact_rate_of(self, attempt):
        """Share of the dials of the first, second, ... attempt that a person answers."""
        if not isinstance(self.contact_rate, tuple):
            return self.contact_rate
        return self.contact_rate[min(attempt, len(self.contact_rate)) - 1]
