"""KPIs of people, money, quality and plans: what became of paid time, what a contact cost, how a call was scored,
what was forecast.

Sources of the formulas stand with each; `disagree` says where the field differs, and an option chooses.
"""

from functools import reduce
from operator import mul

from ...data.evidence.estimates import EXTERNAL_CAUSES, UNPAID, WORK
from .contact_kpis import _answered, _handle
from .derived import AGENT_DAYS, EMPLOYMENT, EVALUATED
from .kpi import KPI, Option, Part, Way

AWAY = ("leave", "holiday", *EXTERNAL_CAUSES, "unpaid leave")  # nobody is at work in them, planned or not
UNPLANNED = ("sickness", "absence")
LOST = ("leave", "sickness", "holiday", "break", "training", "meeting", "coaching", "systems down", "other")
HOURS_A_DAY = 7.5


def _time(where):
    return Part(table="activities", value=lambda row: row.lasted_s, where=where)


def _in(row, column, words):
    return row[column].isin(words).fill_null(False)


def _at_work(row):
    """Scheduled to be there, at whatever."""
    return row.scheduled.notnull() & ~_in(row, "scheduled", AWAY)


def _paid(row):
    return row.actual.notnull() & ~_in(row, "actual", UNPAID)


# ------------------------------------------------------------------------------------------------- time of people


def _adherence(states, absence):
    def counted(row):
        kept = _in(row, "scheduled", WORK) if states == "work" else _at_work(row)
        return (
            kept
            & row.actual.notnull()
            & (~_in(row, "actual", AWAY) if absence == "left out" else row.scheduled.notnull())
        )

    return (Way(top=_time(lambda row: counted(row) & (row.scheduled == row.actual)), bottom=_time(counted)),)


def _conformance():
    return (
        Way(top=_time(lambda row: _in(row, "actual", WORK)), bottom=_time(lambda row: _in(row, "scheduled", WORK))),
    )


def _absenteeism():
    return (
        Way(
            top=_time(lambda row: _at_work(row) & _in(row, "actual", UNPLANNED)),
            bottom=_time(lambda row: _at_work(row) & row.actual.notnull()),
        ),
    )


def _absence_days():
    return (
        Way(
            top=Part(
                table="activities",
                value=lambda row: row.lasted_s / (3600 * HOURS_A_DAY),
                where=lambda row: _at_work(row) & _in(row, "actual", UNPLANNED),
            ),
            bottom=Part(table=EMPLOYMENT, value=lambda row: row.years),
        ),
    )


def _shrinkage(combine, of):
    def cause(one):
        return _time(lambda row: _paid(row) & (row.actual == one))

    def lost(row):
        kinds = {"external": _in(row, "actual", EXTERNAL_CAUSES + ("leave", "holiday")), "all": _paid(row)}
        chosen = kinds["all"] & ~kinds["external"] if of == "internal" else kinds[of]
        return _paid(row) & chosen & ~_in(row, "actual", WORK)

    plain = Way(top=_time(lost), bottom=_time(_paid))
    if combine == "additive":
        return (plain,)
    causes = {one: cause(one) for one in LOST if of == "all" or (one in AWAY) == (of == "external")}
    rest = _time(lambda row: lost(row) & ~_in(row, "actual", tuple(causes)))
    return (Way(top=plain.top, bottom=plain.bottom, more=causes | {"rest": rest}, top_of=_one_after_another),)


def _one_after_another(sums):
    """The top of multiplicative shrinkage: paid × (1 − Π (1 − share of a cause)), each cause on what the others
    leave.
    """
    paid = sums["bottom"]
    return paid * (
        1 - reduce(mul, (1 - lost / paid for name, lost in sums.items() if name not in ("top", "bottom")), 1.0)
    )


def _busy(row):
    return _handle(row) / row.at_once()


def _occupancy():
    by_interval = Way(
        top=Part(table="intervals", value=_busy),
        bottom=Part(table="intervals", value=lambda row: row.agents * row.interval_s()),
    )
    by_call = Way(
        top=Part(table="calls", value=_busy, where=_answered), bottom=_time(lambda row: _in(row, "actual", WORK))
    )
    return (by_interval, by_call)


def _utilisation(definition):
    paid = _time(_paid)
    if definition == "copc":
        return (Way(top=_time(lambda row: _paid(row) & _in(row, "actual", WORK)), bottom=paid),)
    return (Way(top=Part(table="calls", value=_busy, where=_answered), bottom=paid),)


def _calls_per_agent(per):
    if per == "hour":
        return (
            Way(
                top=Part(table="calls", where=_answered),
                bottom=Part(
                    table="activities",
                    value=lambda row: row.lasted_s / 3600,
                    where=lambda row: _in(row, "actual", WORK),
                ),
            ),
        )
    return (Way(top=Part(table=AGENT_DAYS, value=lambda row: row.handled), bottom=Part(table=AGENT_DAYS)),)


def _attrition(base, per):
    below = {"average": lambda row: row.years, "start": lambda row: row.at_start / 12}[base]
    scale = 1 if per == "year" else 12
    return (
        Way(
            top=Part(table=EMPLOYMENT, value=lambda row: row.leavers),
            bottom=Part(table=EMPLOYMENT, value=lambda row: below(row) * scale),
            events=True,
        ),
    )


STATES = {"all": "all scheduled states", "work": "on the phones only"}
EXCUSED = {"left out": "absence left out", "counts": "absence counts against it"}
TIME_KPIS = (
    KPI(
        key="occupancy",
        name="Occupancy",
        area="people",
        unit="share",
        better="band",
        high=1.0,
        made=_occupancy,
        formula="handle time ÷ (handle time + time available)",
        typical="80 to 85 %; above 85 to 88 % for long people burn out",
        source="Call Centre Helper 132518, 209086",
        disagree="base: available, logged in, or with meetings and training",
    ),
    KPI(
        key="utilisation",
        name="Utilisation",
        area="people",
        unit="share",
        better="band",
        high=1.0,
        made=_utilisation,
        formula="(handle time + time available) ÷ paid time",
        source="COPC; ICMI 2012",
        disagree="handle time alone on top",
        options={
            "definition": Option(
                default="copc",
                says="what is on top",
                words={"copc": "(handle time + available) ÷ paid (COPC)", "handle": "handle time ÷ paid"},
            )
        },
    ),
    KPI(
        key="adherence",
        name="Schedule adherence",
        area="people",
        unit="share",
        better="higher",
        high=1.0,
        made=_adherence,
        formula="time in the scheduled state ÷ scheduled time",
        typical="90 to 95 %",
        source="Cisco UCCX; wfmlabs; cxcentral",
        disagree="on the phones only or all states; excused absence in or out",
        options={
            "states": Option(default="all", says="states", words=STATES),
            "absence": Option(default="left out", says="absence", words=EXCUSED),
        },
    ),
    KPI(
        key="conformance",
        name="Schedule conformance",
        area="people",
        unit="share",
        better="band",
        made=_conformance,
        formula="time worked ÷ time scheduled for work, whenever it was",
        typical="95 to 98 %",
        source="SWPP; cxcentral",
        disagree="may exceed 100 % or be capped",
    ),
    KPI(
        key="absenteeism",
        name="Absenteeism",
        area="people",
        unit="share",
        better="lower",
        high=1.0,
        made=_absenteeism,
        formula="unplanned absent time ÷ scheduled time",
        typical="6 % mean, 10 % at outsourcers",
        source="fonolo; Cornell via callingagency",
        disagree="days or hours; of contract or of schedule; long illness in or out",
    ),
    KPI(
        key="absence_days",
        name="Absence",
        area="people",
        unit="days a year",
        better="lower",
        made=_absence_days,
        formula=f"unplanned absent hours ÷ {HOURS_A_DAY} ÷ years of employment",
        source="definition",
    ),
    KPI(
        key="shrinkage",
        name="Shrinkage",
        area="people",
        unit="share",
        better="lower",
        high=1.0,
        made=_shrinkage,
        formula="paid time not worked ÷ paid time",
        typical="25 to 35 % of paid time",
        source="Call Centre Helper 90353",
        disagree="additive on paid time, or multiplicative, each on what the others leave; paid, scheduled or contract time",
        options={
            "combine": Option(
                default="additive",
                says="how causes add up",
                words={
                    "additive": "additive: all of paid time",
                    "multiplicative": "multiplicative: 1 − Π (1 − share of a cause)",
                },
            ),
            "of": Option(
                default="all",
                says="causes",
                words={"all": "all causes", "external": "away from the building", "internal": "in the building"},
            ),
        },
    ),
    KPI(
        key="calls_per_agent",
        name="Contacts per agent",
        area="people",
        unit="contacts",
        better="band",
        made=_calls_per_agent,
        formula="contacts handled ÷ agents who handled any, a day",
        source="definition",
        disagree="a day or an hour at work; larger queues have more",
        options={
            "per": Option(default="day", says="per", words={"day": "per agent and day", "hour": "per hour at work"})
        },
    ),
    KPI(
        key="attrition",
        name="Staff turnover",
        area="people",
        unit="share a year",
        better="lower",
        made=_attrition,
        formula="leavers ÷ average headcount, of a year",
        typical="30 to 45 % a year in the US, about 22 % in the UK",
        source="ICMI; ContactBabel 2015; TechTarget",
        disagree="headcount at the start or on average; a month or a year (× 12)",
        options={
            "base": Option(
                default="average",
                says="headcount",
                words={"average": "on average headcount", "start": "on headcount at each month's start"},
            ),
            "per": Option(default="year", says="rate", words={"year": "of a year, linear", "month": "of a month"}),
        },
        range_of=lambda base, per: {"unit": f"share a {per}"},
    ),
)

# ------------------------------------------------------------------------------------------------- money


def _cost_per_contact(per, costs):
    def spent(row):
        return row.category.isin(["labour"]) if costs == "labour" else row.category.notnull()

    money = Part(table="ledger", value=lambda row: row.actual, where=spent)
    counts = {"handled": ("answered", _answered), "offered": ("offered", lambda row: row.outcome.notnull())}[per]
    by_interval = Part(table="intervals", value=lambda row: row[counts[0]], counts=True)
    return (
        Way(top=money, bottom=by_interval, spread=("category", "line")),
        Way(top=money, bottom=Part(table="calls", where=counts[1]), spread=("category", "line")),
    )


def _spend_of_plan():
    return (
        Way(
            top=Part(table="ledger", value=lambda row: row.actual, where=lambda row: row.planned.notnull()),
            bottom=Part(table="ledger", value=lambda row: row.planned, where=lambda row: row.actual.notnull()),
        ),
    )


MONEY_KPIS = (
    KPI(
        key="cost_per_contact",
        name="Cost per contact",
        area="money",
        unit="currency",
        better="lower",
        made=_cost_per_contact,
        formula="all costs ÷ contacts handled",
        typical="GBP 6.26 a call; USD 1 to 8",
        source="ContactBabel 2023-24; Call Centre Helper 113990",
        disagree="divided by handled or by received; pay alone or everything; falls when volume rises",
        options={
            "per": Option(
                default="handled",
                says="per",
                words={"handled": "per contact handled", "offered": "per contact offered"},
            ),
            "costs": Option(default="all", says="costs", words={"all": "fully loaded", "labour": "labour only"}),
        },
    ),
    KPI(
        key="spend_of_plan",
        name="Spending of plan",
        area="money",
        unit="share",
        better="band",
        made=_spend_of_plan,
        formula="spent ÷ planned",
        typical="within 5 % of plan",
        source="definition",
    ),
)

# ------------------------------------------------------------------------------------------------- quality


def _qa_score(critical):
    if critical == "fails":
        whole = EVALUATED
        return (
            Way(
                top=Part(table=whole, value=lambda row: row.points, where=lambda row: row.missed == 0),
                bottom=Part(table=whole, value=lambda row: row.possible),
            ),
        )
    return (
        Way(
            top=Part(table="evaluations", value=lambda row: row.points, where=lambda row: row.possible.notnull()),
            bottom=Part(table="evaluations", value=lambda row: row.possible, where=lambda row: row.points.notnull()),
        ),
    )


def _critical_accuracy():
    return (Way(top=Part(table=EVALUATED, where=lambda row: row.missed == 0), bottom=Part(table=EVALUATED)),)


QUALITY_KPIS = (
    KPI(
        key="qa_score",
        name="Quality score",
        area="customers",
        unit="share",
        better="higher",
        high=1.0,
        made=_qa_score,
        formula="points ÷ points that could be had; steps that did not apply are in neither",
        source="qualicore; turnella; COPC glossary",
        disagree="a missed critical step fails the call, or is counted apart",
        options={
            "critical": Option(
                default="apart",
                says="critical steps",
                words={
                    "apart": "critical steps are points like others",
                    "fails": "a missed critical step makes the call 0",
                },
            )
        },
    ),
    KPI(
        key="critical_accuracy",
        name="Critical-error accuracy",
        area="customers",
        unit="share",
        better="higher",
        high=1.0,
        made=_critical_accuracy,
        formula="evaluations without a missed critical step ÷ evaluations",
        source="COPC glossary",
    ),
)

# ------------------------------------------------------------------------------------------------- plans


def _of_forecast(value, below=None, where=None):
    """Over intervals for which both numbers are known."""

    def known(row):
        both = row.forecast.notnull() & row.actual.notnull()
        return both & where(row) if where else both

    return (
        Way(
            top=Part(table="forecast", value=value, where=known),
            bottom=Part(table="forecast", value=below, where=known),
        ),
    )


def _off(row):
    return (row.forecast - row.actual).abs()


def _wape(as_):
    value = {"error": _off, "accuracy": lambda row: row.actual - _off(row)}[as_]
    return _of_forecast(value, lambda row: row.actual)


def _within(band):
    def close(row):
        return (_off(row) <= band * row.actual) & row.forecast.notnull() & (row.actual > 0)

    return (
        Way(
            top=Part(table="forecast", where=close),
            bottom=Part(table="forecast", where=lambda row: row.forecast.notnull() & (row.actual > 0)),
        ),
    )


def _gross_staff(rounded):
    def gross(row):
        there = row.attendance if row.has("attendance") else 1
        people = row.net / (1 - row.shrinkage).nullif(0) / there
        return (people * (1 - 1e-12)).ceil() if rounded else people  # 17 ÷ 0.68 is 25, whatever binary fractions say

    return (
        Way(
            top=Part(table="staffing", value=gross), bottom=Part(table="staffing", where=lambda row: row.net.notnull())
        ),
    )


PLAN_KPIS = (
    KPI(
        key="forecast_error",
        name="Forecast error (WAPE)",
        area="plan",
        unit="share",
        better="lower",
        made=_wape,
        formula="Σ |forecast − actual| ÷ Σ actual, by interval",
        typical="below 5 % of a month, 10 % of a day, 15 % of half an hour",
        source="ccplanning; turnella; Call Centre Helper 231182",
        disagree="by interval or day; forecast or actual below; 1 − WAPE as accuracy",
        options={"as_": Option(default="error", says="stated as", words={"error": "WAPE", "accuracy": "1 − WAPE"})},
        low=-float("inf"),
        range_of=lambda as_: {"better": "lower" if as_ == "error" else "higher"},
    ),
    KPI(
        key="forecast_mape",
        name="Forecast error (MAPE)",
        area="plan",
        unit="share",
        better="lower",
        made=lambda: _of_forecast(lambda row: _off(row) / row.actual.nullif(0), None, lambda row: row.actual > 0),
        formula="mean of |forecast − actual| ÷ actual over intervals with contacts",
        source="Call Centre Helper 231182",
    ),
    KPI(
        key="forecast_bias",
        name="Forecast bias",
        area="plan",
        unit="share",
        better="band",
        low=-float("inf"),
        made=lambda: _of_forecast(lambda row: row.forecast - row.actual, lambda row: row.actual),
        formula="Σ (forecast − actual) ÷ Σ actual: above 0 is too much",
        source="definition",
    ),
    KPI(
        key="forecast_close",
        name="Intervals forecast closely",
        area="plan",
        unit="share",
        better="higher",
        high=1.0,
        made=_within,
        formula="intervals whose forecast is within the band ÷ intervals with contacts",
        source="IFC list",
        options={"band": Option(default=0.05, says="share of the actual")},
    ),
    KPI(
        key="gross_staff",
        name="Gross staff",
        area="plan",
        unit="FTE",
        better="band",
        made=_gross_staff,
        formula="mean of net staff ÷ (1 − shrinkage), never net × (1 + shrinkage)",
        source="Call Centre Helper 90353, 206969",
        options={
            "rounded": Option(default=False, says="", words={False: "as it comes", True: "rounded up to whole people"})
        },
    ),
)
PEOPLE_KPIS = (*TIME_KPIS, *MONEY_KPIS, *QUALITY_KPIS, *PLAN_KPIS)
