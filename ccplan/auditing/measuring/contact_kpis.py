"""KPIs of contacts: how they were answered, what became of them, what customers said.

Sources of the formulas stand with each; `disagree` says where the field differs, and an option chooses.
"""

from ...data.evidence.estimates import HANDLE, SHORT_S
from .derived import contacts_in_a_row
from .kpi import KPI, Option, Part, Way


def _answered(row):
    return row.outcome == "answered"


def _abandoned(row):
    return row.outcome == "abandoned"


def _reached(row):
    return _answered(row) | _abandoned(row)


def _calls(value=None, where=None):
    return Part(table="calls", value=value, where=where)


def _intervals(value=None, where=None):
    return Part(table="intervals", value=value, where=where, counts=True)


def _offered(row):
    """Contacts that reached the queue: those that got a busy tone did not."""
    return (
        row.answered + row.abandoned
        if row.has("abandoned")
        else row.offered - (row.blocked if row.has("blocked") else 0)
    )


def _lost(row):
    return (
        row.abandoned
        if row.has("abandoned")
        else row.offered - row.answered - (row.blocked if row.has("blocked") else 0)
    )


# ------------------------------------------------------------------------------------------------- accessibility

DEFINITIONS = {
    "offered": "answered within {target_s} ÷ (answered + abandoned) (SL3)",
    "answered": "answered within {target_s} ÷ answered (SL2)",
    "without_short_abandons": "answered within {target_s} ÷ (answered + abandoned later than that) (SL4)",
    "abandons_count": "(answered + abandoned within {target_s}) ÷ (answered + abandoned) (SL1)",
    "short_abandons_count": "(answered within {target_s} + abandoned within {short_s}) ÷ (answered + abandoned) (SL5)",
    "bcms": "answered within {target_s} ÷ (answered + abandoned + outflowed + dequeued), as Avaya BCMS",
}


def _service_level(definition, target_s, short_s):
    def in_time(row):
        return row.wait_s <= row.target_s(target_s)

    tops = {
        "abandons_count": lambda row: _reached(row) & in_time(row),
        "short_abandons_count": lambda row: (
            (_answered(row) & in_time(row)) | (_abandoned(row) & (row.wait_s <= short_s))
        ),
    }
    bottoms = {
        "answered": _answered,
        "without_short_abandons": lambda row: _answered(row) | (_abandoned(row) & ~in_time(row)),
    }
    by_call = Way(
        top=_calls(where=tops.get(definition, lambda row: _answered(row) & in_time(row))),
        bottom=_calls(where=bottoms.get(definition, _reached)),
    )
    counted = {
        "offered": _offered,
        "answered": lambda row: row.answered,
        "bcms": lambda row: _offered(row) + row.outflowed + row.dequeued,
    }
    if definition not in counted:
        return (by_call,)
    by_interval = Way(
        top=_intervals(lambda row: row.counted_in_target(target_s)), bottom=_intervals(counted[definition]), counts=True
    )
    return (by_interval,) if definition == "bcms" else (by_interval, by_call)


def _abandonment(short, short_s):
    def waited(row):
        return _abandoned(row) & (row.wait_s > short_s)

    top = _abandoned if short == "counted" else waited
    bottom = (lambda row: _answered(row) | waited(row)) if short == "left out" else _reached
    by_call = Way(top=_calls(where=top), bottom=_calls(where=bottom))
    by_interval = Way(top=_intervals(_lost), bottom=_intervals(_offered), counts=True)
    return (by_interval, by_call) if short == "counted" else (by_call,)


def _asa_s():
    return (
        Way(top=_intervals(lambda row: row.wait_answered_s), bottom=_intervals(lambda row: row.answered)),
        Way(top=_calls(lambda row: row.wait_s, _answered), bottom=_calls(where=_answered)),
    )


def _queue_time_s(of):
    if of == "waiting":
        return (
            Way(
                top=_calls(lambda row: row.wait_s, lambda row: _reached(row) & (row.wait_s > 0)),
                bottom=_calls(where=lambda row: _reached(row) & (row.wait_s > 0)),
            ),
        )
    return (
        Way(top=_intervals(lambda row: row.wait_answered_s + row.wait_abandoned_s), bottom=_intervals(_offered)),
        Way(top=_calls(lambda row: row.wait_s, _reached), bottom=_calls(where=_reached)),
    )


def _abandon_time_s():
    return (
        Way(top=_intervals(lambda row: row.wait_abandoned_s), bottom=_intervals(lambda row: row.abandoned)),
        Way(top=_calls(lambda row: row.wait_s, _abandoned), bottom=_calls(where=_abandoned)),
    )


def _blocked():
    return (
        Way(top=_intervals(lambda row: row.blocked), bottom=_intervals(lambda row: row.offered), counts=True),
        Way(top=_calls(where=lambda row: row.outcome == "blocked"), bottom=_calls()),
    )


SHORT_WORDS = {
    "counted": "short abandons counted",
    "left out": "abandons within {short_s} in neither part",
    "off the top": "abandons within {short_s} not on top, but below",
}
SHORT = Option(default=SHORT_S, says="seconds up to which an abandon is short")
ACCESS = (
    KPI(
        key="service_level",
        name="Service level",
        area="customers",
        unit="share",
        better="higher",
        high=1.0,
        made=_service_level,
        formula="contacts answered within the target time ÷ (answered + abandoned)",
        typical="80 % within 20 s is usual, no standard",
        source="ICMI QueueTips; Cisco ICM; Avaya BCMS",
        disagree="five formulas, 81 to 86 % on one data set",
        options={
            "definition": Option(default="offered", says="what is divided by what", words=DEFINITIONS),
            "target_s": Option(default=None, says="seconds; None: the target of the queue in centre.toml"),
            "short_s": SHORT,
        },
    ),
    KPI(
        key="abandonment",
        name="Abandonment rate",
        area="customers",
        unit="share",
        better="lower",
        high=1.0,
        made=_abandonment,
        formula="contacts that hung up while waiting ÷ (answered + abandoned)",
        typical="4 to 8 %",
        source="Call Centre Helper 75869; IFC list",
        disagree="short abandons: counted, left out of both, or of the top only",
        options={"short": Option(default="counted", says="short abandons", words=SHORT_WORDS), "short_s": SHORT},
    ),
    KPI(
        key="asa_s",
        name="Average speed of answer",
        area="customers",
        unit="s",
        better="lower",
        made=_asa_s,
        formula="Σ waits of the answered ÷ answered; an answer at once counts as 0",
        typical="28 s; many centres 60 to 90 s",
        source="Genesys Cloud glossary; Cisco",
        disagree="with ringing or without; some report the wait of all callers under this name",
    ),
    KPI(
        key="queue_time_s",
        name="Average time in queue",
        area="customers",
        unit="s",
        better="lower",
        made=_queue_time_s,
        formula="Σ waits of answered and abandoned ÷ their number",
        typical="below 5 min",
        source="Little's law; Cisco ICM",
        disagree="of all who came, or of those only who had to wait",
        options={
            "of": Option(
                default="all", says="of whom", words={"all": "of all who came", "waiting": "of those who had to wait"}
            )
        },
    ),
    KPI(
        key="abandon_time_s",
        name="Average time to abandon",
        area="customers",
        unit="s",
        better="band",
        made=_abandon_time_s,
        formula="Σ waits of the abandoned ÷ abandoned",
        source="definition",
    ),
    KPI(
        key="blocked",
        name="Blocked contacts",
        area="customers",
        unit="share",
        better="lower",
        high=1.0,
        made=_blocked,
        formula="contacts that got a busy tone ÷ all attempts",
        typical="1 %",
        source="erlang.com; Westbay",
        disagree="planned with Erlang B or with the queue on the lines",
    ),
)

# ------------------------------------------------------------------------------------------------- handling


def _handle(row):
    return sum((row.or_zero(name) for name in HANDLE[1:]), row.talk_s)


def _aht_s(per):
    below = {"handled": _answered, "offered": lambda row: row.outcome.notnull()}[per]
    counted = {"handled": lambda row: row.answered, "offered": lambda row: row.offered}[per]
    return (
        Way(top=_intervals(_handle), bottom=_intervals(counted)),
        Way(top=_calls(_handle, _answered), bottom=_calls(where=below)),
    )


def _talk_s():
    return (
        Way(top=_intervals(lambda row: row.talk_s), bottom=_intervals(lambda row: row.answered)),
        Way(top=_calls(lambda row: row.talk_s, _answered), bottom=_calls(where=_answered)),
    )


def _hold_s(per):
    def held(row):
        return _answered(row) & (row.hold_s > 0)

    by_call = Way(top=_calls(lambda row: row.hold_s, _answered), bottom=_calls(where=_answered))
    if per == "held":
        return (Way(top=_calls(lambda row: row.hold_s, held), bottom=_calls(where=held)),)
    return (Way(top=_intervals(lambda row: row.hold_s), bottom=_intervals(lambda row: row.answered)), by_call)


def _acw_s():
    return (
        Way(top=_intervals(lambda row: row.acw_s), bottom=_intervals(lambda row: row.answered)),
        Way(top=_calls(lambda row: row.acw_s, _answered), bottom=_calls(where=_answered)),
    )


def _transfer(per):
    below = {
        "handled": lambda row: _answered(row) & row.transferred.notnull(),
        "received": lambda row: row.outcome.notnull(),
    }[per]
    return (Way(top=_calls(where=lambda row: _answered(row) & row.transferred), bottom=_calls(where=below)),)


HANDLING = (
    KPI(
        key="aht_s",
        name="Average handle time",
        area="people",
        unit="s",
        better="band",
        made=_aht_s,
        formula="Σ (talk + hold + after-call work) ÷ contacts handled",
        typical="no norm for all; about 6 min is often quoted",
        source="Call Centre Helper 208977",
        disagree="divided by handled or by offered",
        options={
            "per": Option(
                default="handled",
                says="per",
                words={"handled": "per contact handled", "offered": "per contact offered"},
            )
        },
    ),
    KPI(
        key="talk_s",
        name="Average talk time",
        area="people",
        unit="s",
        better="band",
        made=_talk_s,
        formula="Σ talk ÷ contacts handled, without hold",
        source="Call Centre Helper",
        disagree="some switches count hold as talk",
    ),
    KPI(
        key="hold_s",
        name="Average hold time",
        area="people",
        unit="s",
        better="lower",
        made=_hold_s,
        formula="Σ hold ÷ contacts handled",
        source="Call Centre Helper",
        disagree="divided by handled, or by those that were held",
        options={
            "per": Option(
                default="handled",
                says="per",
                words={"handled": "per contact handled", "held": "per contact that was held"},
            )
        },
    ),
    KPI(
        key="acw_s",
        name="After-call work",
        area="people",
        unit="s",
        better="lower",
        made=_acw_s,
        formula="Σ after-call work ÷ contacts handled",
        source="Call Centre Helper",
    ),
    KPI(
        key="transfer",
        name="Transfer rate",
        area="customers",
        unit="share",
        better="lower",
        high=1.0,
        made=_transfer,
        formula="contacts handed on ÷ contacts handled",
        source="oraclecms",
        disagree="divided by handled or by received",
        options={
            "per": Option(
                default="handled",
                says="per",
                words={"handled": "of contacts handled", "received": "of contacts received"},
            )
        },
    ),
)

# ------------------------------------------------------------------------------------------------- resolution


def _fcr(definition, not_resolvable, days, same_reason):
    if definition == "repeats":
        chain = contacts_in_a_row(days, same_reason)
        known = Part(table=chain, where=lambda row: _answered(row) & row.followed.notnull())
        return (Way(top=Part(table=chain, where=lambda row: _answered(row) & ~row.followed), bottom=known),)
    if definition == "net" and not not_resolvable:

        def resolvable(row):
            return _answered(row) & row.resolvable
    else:

        def resolvable(row):
            return _answered(row) & ~row.reason.isin(not_resolvable).fill_null(False)

    below = {"gross": _answered, "survey": lambda row: _answered(row) & row.resolved.notnull(), "net": resolvable}[
        definition
    ]
    return (Way(top=_calls(where=lambda row: below(row) & row.resolved), bottom=_calls(where=below)),)


def _repeat_rate(days, same_reason):
    chain = contacts_in_a_row(days, same_reason)
    return (
        Way(
            top=Part(table=chain, where=lambda row: row.follows),
            bottom=Part(table=chain, where=lambda row: row.follows.notnull()),
        ),
    )


def _call_resolution():
    return (Way(top=_calls(where=lambda row: row.resolved), bottom=_calls(where=lambda row: row.outcome.notnull())),)


FCR = {
    "gross": "resolved at the contact ÷ contacts answered (gross)",
    "net": "resolved at the contact ÷ contacts answered that could be (net; not resolvable: {not_resolvable})",
    "survey": "yes ÷ answers (survey)",
    "repeats": "not followed by another within {days} days ÷ contacts answered (repeats; same reason only: {same_reason})",
}
DAYS = Option(default=7, says="days in which another contact is a repeat")
SAME = Option(default=True, says="repeats count only for the same reason")
SAME_SAID = Option(
    default=True,
    says="",
    words={
        True: "of the same customer and reason within {days} days",
        False: "of the same customer within {days} days, whatever the reason",
    },
)
RESOLUTION = (
    KPI(
        key="fcr",
        name="First contact resolution",
        area="customers",
        unit="share",
        better="higher",
        high=1.0,
        made=_fcr,
        formula="contacts resolved at the first contact ÷ contacts answered",
        typical="70 % mean, 70 to 79 % good, 80 % world class",
        source="SQM Group; MetricNet",
        disagree="judged by the customer or the centre; gross, net of what cannot be resolved, or by repeats",
        options={
            "definition": Option(default="gross", says="", words=FCR),
            "not_resolvable": Option(
                default=(), says="reasons that cannot be resolved at first; none: the column resolvable"
            ),
            "days": DAYS,
            "same_reason": SAME,
        },
    ),
    KPI(
        key="repeat_rate",
        name="Repeat contact rate",
        area="customers",
        unit="share",
        better="lower",
        high=1.0,
        made=_repeat_rate,
        formula="contacts that follow another of the same customer within the window ÷ contacts of known customers",
        source="Call Centre Helper forum; SQM",
        disagree="the length of the window; the same reason or any",
        options={"days": DAYS, "same_reason": SAME_SAID},
    ),
    KPI(
        key="call_resolution",
        name="Call resolution",
        area="customers",
        unit="share",
        better="higher",
        high=1.0,
        made=_call_resolution,
        formula="cases solved ÷ cases received",
        source="definition",
        disagree="received: all who called, also those who hung up",
    ),
)

# ------------------------------------------------------------------------------------------------- what customers said


def _scored(name, low, high):
    def between(row):
        return (row[name] >= low) & (row[name] <= high)

    return between


def _csat(method):
    known = _scored("csat", 1, 5)
    below = _calls(where=known)
    if method == "top_two":
        return (Way(top=_calls(where=_scored("csat", 4, 5)), bottom=below),)
    return (Way(top=_calls(lambda row: row.csat / (5 if method == "sum_of_max" else 1), known), bottom=below),)


def _nps():
    known = _scored("nps", 0, 10)
    return (
        Way(
            top=_calls(lambda row: (row.nps >= 9).ifelse(100, 0) - (row.nps <= 6).ifelse(100, 0), known),
            bottom=_calls(where=known),
        ),
    )


def _ces(method):
    known = _scored("effort", 1, 5 if method == "ces_1" else 7)
    if method == "share":
        return (Way(top=_calls(where=_scored("effort", 5, 7)), bottom=_calls(where=known)),)
    return (Way(top=_calls(lambda row: row.effort, known), bottom=_calls(where=known)),)


CSAT = {
    "top_two": "share of 4 and 5 among answers 1 to 5 (top two)",
    "sum_of_max": "Σ scores ÷ the most that could be had",
    "mean": "mean score, 1 to 5",
}
CES = {
    "mean": "mean agreement, 1 to 7, that it was easy (CES 2.0)",
    "share": "share of 5 to 7 among answers 1 to 7",
    "ces_1": "mean effort, 1 to 5, less is better (CES 1.0)",
}
VOICES = (
    KPI(
        key="csat",
        name="Customer satisfaction",
        area="customers",
        unit="share",
        better="higher",
        high=1.0,
        made=_csat,
        formula="answers of 4 and 5 ÷ answers on a scale of 1 to 5",
        typical="80 to 89 % is good",
        source="help.delighted.com; youropinion.is",
        disagree="top two, Σ ÷ most, or the mean score",
        options={"method": Option(default="top_two", says="", words=CSAT)},
        range_of=lambda method: (
            {"unit": "points", "low": 1.0, "high": 5.0}
            if method == "mean"
            else {"unit": "share", "low": 0.0, "high": 1.0}
        ),
    ),
    KPI(
        key="nps",
        name="Net promoter score",
        area="customers",
        unit="points",
        better="higher",
        low=-100.0,
        high=100.0,
        made=_nps,
        formula="% of answers 9 and 10 minus % of answers 0 to 6",
        typical="55 where the matter was resolved at once",
        source="SQM",
        disagree="a detractor begins at 0, not at 1",
    ),
    KPI(
        key="ces",
        name="Customer effort score",
        area="customers",
        unit="points",
        better="higher",
        low=1.0,
        high=7.0,
        made=_ces,
        formula="mean agreement, 1 to 7, that the matter was easily handled",
        source="nicereply; rekommend.io",
        disagree="mean of 1 to 7, share of 5 to 7, or the older 1 to 5 where less is better",
        options={"method": Option(default="mean", says="", words=CES)},
        range_of=lambda method: (
            {"unit": "points", "low": 1.0, "high": 7.0, "better": "higher"}
            | {"share": {"unit": "share", "low": 0.0, "high": 1.0}, "ces_1": {"high": 5.0, "better": "lower"}}.get(
                method, {}
            )
        ),
    ),
)
CONTACT_KPIS = (*ACCESS, *HANDLING, *RESOLUTION, *VOICES)
