"""What is true of the bundled centre and hidden in its tables: dates and sizes that tests look for.

The generator reads its numbers from here, so that what is said and what is drawn cannot part.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Story:
    """One hidden story: where it shows (tables), from when to when (days, both included), and how much.

    `size` is what was drawn; `seen` says in words what can be measured and about how large it is.
    """

    name: str
    tables: tuple
    first: str
    last: str
    size: float
    seen: str


LAUNCH = Story(
    name="long handle times after a product launch",
    tables=("calls", "intervals"),
    first="2026-04-01",
    last="2026-06-30",
    size=0.25,
    seen="a new reason, 'flex tariff', makes 25 % of the contacts of service, chat and e-mail and takes "
    "1.7 times as long: handle time of service up 17-18 %, resolution (79 to 73 %) and "
    "service down, transfers and repeats up; part-timers called in more: wages in May and June 3-5 % over plan",
)
SICKNESS = Story(
    name="a team with rising sickness",
    tables=("activities",),
    first="2026-04-01",
    last="2026-09-30",
    size=0.022,
    seen="team Willow: the share of scheduled time lost to sickness climbs by some 2 points a month, from 5-6 % to "
    "above 15 %; a quarter of any other team lies between 3 and 8 %",
)
BROKEN_WEEK = Story(
    name="a broken week of data",
    tables=("calls",),
    first="2025-11-17",
    last="2025-11-23",
    size=0.4,
    seen="the recorder fails: no records on Monday and Tuesday, four in ten lost from Wednesday to Sunday, and from 9 to "
    "12 on Thursday garbled ones (one agent on all calls of service, clocks stuck at 35,999 s, calls written twice, their "
    "numbers ending in -2); the switch's intervals are whole",
)
OVERRUN = Story(
    name="a budget overrun",
    tables=("ledger",),
    first="2026-07-01",
    last="2026-09-30",
    size=0.40,
    seen="the telephone platform costs 40 % more after its renewal, and a migration of 58,000 stands in no "
    "plan: technology costs more than twice its plan, the quarter's total some 8 % over plan",
)
NOISE = Story(
    name="a quarter of ordinary noise",
    tables=("calls", "intervals", "activities", "evaluations", "ledger"),
    first="2026-01-01",
    last="2026-03-31",
    size=0.0,
    seen="nothing but season, trend and chance",
)
STORIES = (LAUNCH, SICKNESS, BROKEN_WEEK, OVERRUN, NOISE)

NEW_REASON = "flex tariff"
NEW_REASON_TIMES = 1.7  # its handle time during the launch, against the others'
AFTER_LAUNCH = (0.06, 1.15)  # its share and its handle time from July 2026 on
PLANNERS_AHT = (("2026-05-11", 1.12), ("2026-07-06", 1.02))  # when the planner saw it, and by how much
SICK_TEAM = "Willow"
