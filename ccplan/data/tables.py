"""The tables of a centre as data: columns, units, words, rules, keys. `faults.py` checks by them.

To add a table, write a `Table` and put it into TABLES: the reading, the pandera schema, the fault
report (`faults.py`), the check of large logs and `data/README.md` (`dictionary.py`) follow.
"""

from .shapes import LARGEST, Column, Rule, Table, no_more_than, not_before

__all__ = [
    "ACTIVITIES",
    "AGENTS",
    "CALLS",
    "CANDIDATES",
    "CHECKLIST",
    "DAY_S",
    "EQUIPMENT",
    "EVALUATIONS",
    "INTERVALS",
    "LEDGER",
    "TABLES",
]
DAY_S = 86_400.0
OUTCOMES = ("answered", "abandoned", "blocked")
CHANNELS = ("voice", "chat", "email")
ACTIVITY_WORDS = (
    "work",
    "break",
    "lunch",
    "training",
    "meeting",
    "coaching",
    "leave",
    "sickness",
    "holiday",
    "systems down",
    "other",
)
CATEGORIES = ("labour", "equipment", "miscellaneous", "marketing")
STATUSES = ("open", "in progress", "done", "not needed")
STATES = ("working", "faulty", "in repair", "replaced")

INTERVALS = Table(
    name="intervals",
    row="a queue in an interval",
    key=("queue", "start"),
    columns=(
        Column(
            name="queue",
            kind="text",
            unit="",
            required=True,
            otherwise="all",
            says='name of the queue; "all" where the file has no such column',
        ),
        Column(
            name="start",
            kind="time",
            unit="local time",
            required=True,
            says="start of the interval; a contact belongs to the interval in which it arrived",
        ),
        Column(
            name="offered",
            kind="whole count",
            unit="contacts",
            required=True,
            says="contacts that arrived: answered, abandoned and blocked",
        ),
        Column(name="answered", kind="count", unit="contacts", says="contacts that an agent answered"),
        Column(name="abandoned", kind="count", unit="contacts", says="contacts that hung up while waiting"),
        Column(name="blocked", kind="count", unit="contacts", says="contacts that got a busy tone: no free line"),
        Column(
            name="answered_in_target",
            kind="count",
            unit="contacts",
            says="contacts answered within the target time of the queue",
        ),
        Column(name="talk_s", kind="seconds", unit="seconds", says="talk time, sum over the answered"),
        Column(name="hold_s", kind="seconds", unit="seconds", says="time on hold, sum over the answered"),
        Column(name="acw_s", kind="seconds", unit="seconds", says="after-call work, sum over the answered"),
        Column(name="wait_answered_s", kind="seconds", unit="seconds", says="wait, sum over the answered"),
        Column(name="wait_abandoned_s", kind="seconds", unit="seconds", says="wait, sum over the abandoned"),
        Column(
            name="agents",
            kind="number",
            unit="agents",
            says="agents on the phones, mean over the interval, if the switch reports it",
        ),
    ),
    rules=(
        no_more_than(("answered",), "offered"),
        no_more_than(("answered", "abandoned"), "offered"),
        no_more_than(("answered", "abandoned", "blocked"), "offered"),
        no_more_than(("answered_in_target",), "answered"),
    ),
)


def _within_a_day(name):
    """Nobody holds a line or a chat for more than a day; an e-mail may lie that long."""
    return Rule(
        says=f"{name} must be at most a day (86400 s) unless the channel is email",
        about=name,
        columns=(name, "channel"),
        holds=lambda frame: ~((frame[name] > DAY_S) & ((frame["channel"] == "voice") | (frame["channel"] == "chat"))),
    )


def _only_answered(name):
    return Rule(
        says=f"{name} must be 0 or empty unless the outcome is answered",
        about=name,
        columns=(name, "outcome"),
        holds=lambda frame: (
            ~((frame[name] > 0) & ((frame["outcome"] == "abandoned") | (frame["outcome"] == "blocked")))
        ),
    )


CALLS = Table(
    name="calls",
    row="a contact",
    key=("call_id",),
    columns=(
        Column(
            name="call_id",
            kind="text",
            required=True,
            says="number or name of the contact; made from the row where the file has none",
        ),
        Column(
            name="queue",
            kind="text",
            required=True,
            otherwise="all",
            says='name of the queue; "all" where the file has no such column',
        ),
        Column(name="channel", kind="word", words=CHANNELS, otherwise="voice", says="how the contact came"),
        Column(
            name="arrived", kind="time", unit="local time", required=True, says="when the contact entered the queue"
        ),
        Column(name="wait_s", kind="seconds", unit="seconds", says="from arrival to the answer or to hanging up"),
        Column(
            name="outcome",
            kind="word",
            words=OUTCOMES,
            required=True,
            says="how the wait ended: an agent answered, the customer hung up, or there was no free line",
        ),
        Column(name="talk_s", kind="seconds", unit="seconds", says="talk time, without hold"),
        Column(name="hold_s", kind="seconds", unit="seconds", says="time on hold after the answer"),
        Column(name="acw_s", kind="seconds", unit="seconds", says="after-call work"),
        Column(name="agent", kind="text", says="who answered: a name or a code, as in `agents`"),
        Column(name="transferred", kind="yes or no", says="handed on to another queue or person"),
        Column(name="customer", kind="text", says="number or code of the customer; the same on every contact"),
        Column(name="reason", kind="text", says="why the customer made contact"),
        Column(name="resolved", kind="yes or no", says="the matter was settled at this contact"),
        Column(name="csat", kind="score", unit="1–5", low=1, high=5, says="customer satisfaction, 5 is best"),
        Column(
            name="nps",
            kind="score",
            unit="0–10",
            low=0,
            high=10,
            says="how likely the customer is to recommend; 9–10 promote, 0–6 detract",
        ),
        Column(
            name="effort",
            kind="score",
            unit="1–7",
            low=1,
            high=7,
            says='"it was easy to have my matter handled": 1 disagree, 7 agree',
        ),
    ),
    rules=(
        *(_within_a_day(name) for name in ("wait_s", "talk_s", "hold_s", "acw_s")),
        *(_only_answered(name) for name in ("talk_s", "hold_s")),
    ),
)
AGENTS = Table(
    name="agents",
    row="an agent",
    key=("agent",),
    columns=(
        Column(name="agent", kind="text", required=True, says="name or code, the same in every table"),
        Column(name="team", kind="text", says="the team the agent belongs to"),
        Column(name="hired", kind="date", unit="date", says="first day at work"),
        Column(name="left", kind="date", unit="date", says="last day at work; empty while employed"),
        Column(name="weekly_hours", kind="number", unit="hours a week", high=168, says="paid hours by contract"),
        Column(name="hourly_wage", kind="money", unit="currency an hour", says="gross wage of a paid hour"),
        Column(name="skills", kind="text", says="queues the agent can serve, with semicolons between"),
    ),
    rules=(not_before("left", "hired"),),
)
ACTIVITIES = Table(
    name="activities",
    row="a stretch of an agent's day",
    key=("agent", "start"),
    columns=(
        Column(name="agent", kind="text", required=True, says="as in `agents`"),
        Column(name="start", kind="time", unit="local time", required=True, says="start of the stretch"),
        Column(name="end", kind="time", unit="local time", required=True, says="end of the stretch"),
        Column(
            name="scheduled",
            kind="text",
            usual=ACTIVITY_WORDS,
            says="what the schedule says; empty where nothing was scheduled",
        ),
        Column(name="actual", kind="text", usual=ACTIVITY_WORDS, says="what was done; empty where it is not known"),
    ),
    rules=(not_before("end", "start", nor_at=True),),
)
EVALUATIONS = Table(
    name="evaluations",
    row="one scored step of one evaluated call",
    key=("evaluation", "step"),
    columns=(
        Column(name="evaluation", kind="text", required=True, says="number of the evaluation: one call, one evaluator"),
        Column(name="call_id", kind="text", says="the call, as in `calls`"),
        Column(name="agent", kind="text", says="who was evaluated, as in `agents`"),
        Column(name="evaluator", kind="text", says="who listened"),
        Column(
            name="date",
            kind="date",
            unit="date",
            says="day of the evaluation; the day of the call where the file has none",
        ),
        Column(name="step", kind="text", required=True, says="the step of the quality checklist"),
        Column(name="points", kind="number", unit="points", says="points given; empty where the step did not apply"),
        Column(name="possible", kind="number", unit="points", says="points that could be had"),
        Column(name="critical", kind="yes or no", says="missing this step fails the whole call"),
    ),
    rules=(no_more_than(("points",), "possible"),),
)
LEDGER = Table(
    name="ledger",
    row="a month's budget line",
    key=("month", "category", "line"),
    columns=(
        Column(name="month", kind="date", unit="first day of the month", required=True, says="the month"),
        Column(name="category", kind="text", usual=CATEGORIES, required=True, says="the part of the budget"),
        Column(name="line", kind="text", required=True, says="what the money is for"),
        Column(name="planned", kind="money", unit="currency", low=-LARGEST, says="budgeted; below 0 is income"),
        Column(name="actual", kind="money", unit="currency", low=-LARGEST, says="spent; empty until it is known"),
        Column(
            name="currency",
            kind="text",
            says="of the amounts, such as EUR; needed only where it may not be the centre's: amounts of two are never added",
        ),
    ),
)
CHECKLIST = Table(
    name="checklist",
    row="an item",
    key=("checklist", "step", "item"),
    columns=(
        Column(name="checklist", kind="text", required=True, says="name of the list: set-up, security, quality, …"),
        Column(name="step", kind="text", required=True, says="the step of the list that the item belongs to"),
        Column(name="item", kind="text", required=True, says="what is to be done"),
        Column(name="department", kind="text", says="who answers for it"),
        Column(name="owner", kind="text", says="who does it"),
        Column(name="due", kind="date", unit="date", says="when it must be done"),
        Column(name="done_on", kind="date", unit="date", says="when it was done"),
        Column(name="status", kind="word", words=STATUSES, says="how far it is"),
        Column(name="evidence", kind="text", says="what shows that it is done: a document, a link, a name"),
        Column(name="cost", kind="money", unit="currency", says="what it costs, once"),
    ),
)
EQUIPMENT = Table(
    name="equipment",
    row="a device at a check",
    key=("device", "checked_on"),
    columns=(
        Column(name="device", kind="text", required=True, says="number of the device"),
        Column(name="station", kind="text", says="the place it stands at"),
        Column(name="kind", kind="text", usual=("headset", "phone", "computer", "screen", "router"), says="what it is"),
        Column(name="checked_on", kind="date", unit="date", says="day of the check"),
        Column(name="state", kind="word", words=STATES, says="what the check found"),
        Column(name="fault", kind="text", says="what is wrong, in words"),
        Column(name="cost", kind="money", unit="currency", says="of mending or replacing"),
    ),
)
CANDIDATES = Table(
    name="candidates",
    row="an applicant or an option to weigh, by one criterion",
    key=("list", "name", "criterion"),
    columns=(
        Column(name="list", kind="text", required=True, says="what is chosen: a manager, a telephone system, …"),
        Column(name="name", kind="text", required=True, says="the applicant or the option"),
        Column(name="criterion", kind="text", required=True, says="what is judged"),
        Column(name="weight", kind="number", unit="share or points", says="how much the criterion counts"),
        Column(name="score", kind="number", unit="points", says="how well it is met; more is better"),
    ),
)
TABLES = {
    table.name: table
    for table in (INTERVALS, CALLS, AGENTS, ACTIVITIES, EVALUATIONS, LEDGER, CHECKLIST, EQUIPMENT, CANDIDATES)
}
