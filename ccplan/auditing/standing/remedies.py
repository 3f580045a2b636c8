"""What to do where a promise of a KPI was broken, and who does it: a row a KPI."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remedy:
    """What to do (`action`, in which {where} becomes " for service" and {of} " of service") and the `owner` who
    does it.
    """

    action: str
    owner: str


STAFF = Remedy(
    "Staff{where} so that the promise holds, or change the promise; the bridge in the section on why tells which driver broke it.",
    "planning",
)
LONG = Remedy(
    "Hear some of the longest contacts{of}, mend what holds people up (search, systems, work after the call), and plan with the time "
    "that contacts take now.",
    "operations",
)
SOLVE = Remedy(
    "Find which matters come back or are handed on{where}, mend the answer or what people may decide themselves, and train it.",
    "training",
)
PLEASE = Remedy(
    "Read what dissatisfied customers{of} wrote and hear their contacts; mend what comes up most, and tell them.",
    "operations",
)
PRESENT = Remedy(
    "Find which teams and weeks are behind it (section on people), talk with them about the cause, and plan shifts with the share that came.",
    "people",
)
SPEND = Remedy(
    "Find which lines of the ledger stand behind it, decide with their owners what ends, and put what stays into the budget.",
    "finance",
)
COACH = Remedy("Coach the steps that lost most points (section on quality), and look again in six weeks.", "operations")
FORECAST = Remedy("Forecast again from the newest weeks, and ask who knew of what moved the contacts.", "planning")
ELSE = Remedy("Find what moved it (section on why) and mend that, or change the promise.", "operations")

REMEDIES = {  # KPI → remedy
    "service_level": STAFF,
    "abandonment": STAFF,
    "asa_s": STAFF,
    "queue_time_s": STAFF,
    "abandon_time_s": STAFF,
    "occupancy": STAFF,
    "utilisation": STAFF,
    "calls_per_agent": STAFF,
    "gross_staff": STAFF,
    "blocked": Remedy(
        "Open more lines{where}, or offer a call back, so that no caller hears the busy tone.", "technology"
    ),
    "aht_s": LONG,
    "talk_s": LONG,
    "hold_s": LONG,
    "acw_s": LONG,
    "fcr": SOLVE,
    "repeat_rate": SOLVE,
    "call_resolution": SOLVE,
    "transfer": SOLVE,
    "csat": PLEASE,
    "nps": PLEASE,
    "ces": PLEASE,
    "absenteeism": PRESENT,
    "absence_days": PRESENT,
    "adherence": PRESENT,
    "conformance": PRESENT,
    "shrinkage": PRESENT,
    "attrition": Remedy(
        "Ask those who left why, and those who stay what would keep them; hire for the rate that came.", "people"
    ),
    "cost_per_contact": SPEND,
    "spend_of_plan": SPEND,
    "qa_score": COACH,
    "critical_accuracy": COACH,
    "forecast_error": FORECAST,
    "forecast_mape": FORECAST,
    "forecast_bias": FORECAST,
    "forecast_close": FORECAST,
}


def remedy(kpi):
    """The Remedy of a KPI, by its key; a general one where none is written down.

    >>> remedy("nps").owner, remedy("unheard of").owner
    ('operations', 'operations')
    """
    return REMEDIES.get(kpi, ELSE)
