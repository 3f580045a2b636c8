"""Sheets of people: what is required, the classes, their curves by months since start, and who is there month by
month.
"""

import numpy as np
import pandas as pd

from ...data.centre import Shrinkage
from ...planning.people.cohorts import WEEKS_A_MONTH, leaving_shares, output_shares, staying_shares, training_shares
from ...planning.headcount import class_months
from ...planning.people.people_tables import contract
from ...planning.people.requirement import month_hours, month_shrinkage
from .assumptions_sheet import ENDLESS, cause_names
from .book import Column

ON_COST = "hourly_wage*(1+on_costs)"
ASIDE = (
    "need",
    "most",
    "beyond",
    "all_beyond",
    "rest",
    "all_rest",
    "spare",
    "number",
    "key",
)  # steps on the way to overtime and outsourcing
OVERTIME_PRICE = f"{ON_COST}*(overtime_factor*(1-overtime_double)+overtime_double_factor*overtime_double)"


def write_calendar(book, case, seasons):
    """A row a month: hours of a full-time contract, shrinkage by cause, what an FTE of overtime and of an
    outsourcer costs.
    """
    centre, months = case.centre, pd.Series(case.months)
    hours, parts = month_hours(months, centre), month_shrinkage(months, centre)
    off = parts.sum(axis=1)
    phone, output = hours * (1 - off), _overtime_output(centre.shrinkage)
    prices = (
        phone / output * centre.costs.overtime_hourly_cost,
        phone / centre.flex.outsourced_output * centre.flex.outsourced_hourly,
    )
    book.entitle(
        "Calendar",
        "Hours and shrinkage of each month",
        "An FTE's hours on the phones are its paid hours less the month's shrinkage. "
        "The cheaper of overtime and outsourcing is used first.",
    )
    return book.table(
        "Calendar",
        [
            Column(key="month", head="month", values=list(months), kind="month"),
            Column(
                key="hours",
                head="paid hours of an FTE",
                values=hours,
                kind="money",
                formula="DAY(EOMONTH({month},0))/7*weekly_hours",
            ),
            *(
                Column(key=f"cause{i}", head=cause, values=parts[cause], kind="share", formula=formulas)
                for i, (cause, formulas) in enumerate(_cause_formulas(centre.shrinkage, months, seasons).items())
            ),
            Column(key="off", head="shrinkage", values=off, kind="share", formula=_sum_of_causes(centre.shrinkage)),
            Column(
                key="phone",
                head="hours on the phones of an FTE",
                values=phone,
                kind="money",
                formula="{hours}*(1-{off})",
            ),
            Column(
                key="over",
                head="overtime hours that replace an FTE",
                values=phone / output,
                kind="money",
                formula=f"{{phone}}/({_overtime_formula(centre.shrinkage)})",
            ),
            Column(
                key="over_price",
                head="an FTE by overtime",
                values=prices[0],
                kind="round",
                formula="{over}*" + OVERTIME_PRICE,
            ),
            Column(
                key="bought_price",
                head="an FTE outsourced",
                values=prices[1],
                kind="round",
                formula="{phone}/outsourced_output*outsourced_hourly",
            ),
            Column(
                key="first",
                head="overtime first (1)",
                values=(prices[0] <= prices[1]).astype(int),
                kind="whole",
                formula="IF({over_price}<={bought_price},1,0)",
            ),
            Column(
                key="limit",
                head="FTE that can be outsourced",
                values=_outsourced(case),
                kind="tenth",
                formula="IF({month}>=decision_day+7*outsourced_notice_weeks,outsourced_fte,0)",
            ),
            Column(
                key="number",
                head="year × 12 + month − 1",
                values=_number(months),
                kind="plain",
                aside=True,
                formula="YEAR({month})*12+MONTH({month})-1",
            ),
            Column(key="place", head="month of the plan", values=np.arange(len(months)) + 1, kind="plain", aside=True),
        ],
        frozen=1,
    )


def write_requirement(book, case, calendar):
    """A row a queue and month: the agents' hours that ccplan's queueing models ask for, and the FTE they make."""
    needed, headcount = case.plan.requirement, case.plan.headcount
    queue, month = case.where
    of = {key: [calendar.at(key, i) for i in month] for key in ("number", "place", "hours", "off", "month")}
    stay = (
        1 - headcount["abandonment"].fillna(0.0).to_numpy(float) if "abandonment" in headcount else np.ones(len(needed))
    )
    book.entitle(
        "Requirement",
        "What each month asks for",
        "Agents' hours are ccplan's: every interval of the forecast staffed to its service target "
        "(Erlang A, or a backlog's deadline). All else is formula.",
    )
    return book.table(
        "Requirement",
        [
            Column(key="queue", head="queue", values=list(needed["queue"].astype(str)), kind="text", width=22),
            Column(
                key="month",
                head="month",
                values=list(needed["month"]),
                kind="month",
                formula="{of}",
                also={"of": of["month"]},
            ),
            Column(key="offered", head="contacts offered", values=needed["offered"], kind="whole", entry=True),
            Column(key="lost", head="share that hangs up", bounds=(0, 1), values=1 - stay, kind="share", entry=True),
            Column(key="work", head="hours of handling", values=needed["load_hours"], kind="tenth", entry=True),
            Column(
                key="agents", head="agents' hours on the phones", values=needed["agent_hours"], kind="tenth", entry=True
            ),
            Column(
                key="net",
                head="net FTE",
                values=needed["fte_net"],
                kind="tenth",
                formula="{agents}/{hours}",
                also={"hours": of["hours"]},
            ),
            Column(
                key="off",
                head="shrinkage",
                values=needed["shrinkage_paid"],
                kind="share",
                formula="{of}",
                also={"of": of["off"]},
            ),
            Column(key="fte", head="paid FTE", values=needed["fte"], kind="tenth", formula="{net}/(1-{off})"),
            Column(
                key="gap", head="share that may be missing", bounds=(0, 1), values=case.gap, kind="share", entry=True
            ),
            Column(
                key="number",
                head="year × 12 + month − 1",
                values=_number(needed["month"]),
                kind="plain",
                aside=True,
                formula="{of}",
                also={"of": of["number"]},
            ),
            Column(
                key="key",
                head="queue × 1000 + month",
                values=(queue + 1) * 1000 + month + 1,
                kind="plain",
                aside=True,
                formula="{queue_no}*1000+{place}",
                also={"queue_no": list(queue + 1), "place": of["place"]},
            ),
        ],
        frozen=2,
    )


def write_hires(book, case):
    """A row a class: who is here, who starts, who moves, as decided."""
    classes = case.classes
    kind, heads = classes["kind"].astype(str).to_list(), classes["heads"].to_numpy(float)
    each, full = (classes["fte"] / classes["heads"]).to_numpy(float), contract(case.centre)
    usual = [one == "starter" and abs(share - full) < 1e-12 for one, share in zip(kind, each, strict=True)]
    length = classes["contract_months"].to_numpy(float)
    entered, age = pd.DatetimeIndex(classes["entered"]), classes["age"].to_numpy(int)
    gone = _leaving(kind, heads)
    numbers = [case.queues.index(str(name)) + 1 for name in classes["queue"]]
    place = book.place(
        "Hires",
        [
            "number",
            "queue",
            "queue_no",
            "kind",
            "entered",
            "age",
            "heads",
            "each",
            "fte",
            "contract",
            "retraining",
            "entered_no",
        ],
        len(kind),
    )

    def other(key):
        return [
            f"{'-' if key == 'heads' else ''}{place.at(key, gone[i])}" if i in gone else "" for i in range(len(kind))
        ]

    per_head = [
        formula or ("1-part_time*(1-part_time_hours/weekly_hours)" if usual[i] else "")
        for i, formula in enumerate(other("each"))
    ]
    free = [i not in gone for i in range(len(kind))]
    book.entitle(
        "Hires",
        "Who is here, who starts, who moves",
        "Put a class off, make it larger or smaller, or strike it out with 0 people. "
        "A class starts on the first day of its month.",
        portrait=True,
    )
    return book.table(
        "Hires",
        [
            Column(key="number", head="class", values=np.arange(len(kind)) + 1, kind="whole", width=7),
            Column(key="queue", head="queue", values=list(classes["queue"].astype(str)), kind="text", width=22),
            Column(key="queue_no", head="queue's number", values=numbers, kind="plain", width=9),
            Column(key="kind", head="here, starter or moved", values=kind, kind="text", width=10),
            Column(
                key="entered",
                head="from",
                values=list(entered),
                kind="month",
                entry=[one != "here" and free[i] for i, one in enumerate(kind)],
                formula=other("entered"),
            ),
            Column(
                key="age",
                head="months here before",
                bounds=(0, max(120, age.max(initial=0))),
                values=age,
                kind="whole",
                entry=[one == "here" for one in kind],
                width=9,
            ),
            Column(
                key="heads", head="people", values=heads, kind="number", entry=free, formula=other("heads"), width=9
            ),
            Column(
                key="each", head="FTE of a person", values=each, kind="price", entry=free, formula=per_head, width=9
            ),
            Column(key="fte", head="FTE", values=classes["fte"], kind="tenth", formula="{heads}*{each}", width=9),
            Column(
                key="contract",
                head="months of contract (0: no end)",
                values=np.where(np.isfinite(length), length, 0),
                kind="whole",
                entry=[one == "starter" for one in kind],
                width=11,
            ),
            Column(
                key="retraining",
                head="weeks to learn again",
                values=classes["retraining_weeks"],
                kind="number",
                entry=[one == "moved" and h > 0 for one, h in zip(kind, heads, strict=True)],
                width=10,
            ),
            Column(
                key="entered_no",
                head="year × 12 + month − 1",
                values=_number(entered),
                kind="plain",
                aside=True,
                formula="YEAR({entered})*12+MONTH({entered})-1",
            ),
        ],
        frozen=2,
    )


def write_curves(book, case):
    """A row a month since start: who leaves, who is still here, who is in training, and output."""
    hiring = case.centre.hiring
    rows = int(case.classes["age"].max() if len(case.classes) else 0) + len(case.months) + 1
    output = output_shares(hiring, rows)
    yearly = leaving_shares(hiring, rows)
    yearly = 12 * yearly / (1 - yearly / 2)  # p = h ÷ (1 + h ÷ 2) undone
    book.entitle(
        "Curves",
        "What becomes of a class",
        "Of those here at a month's start, h ÷ (1 + h ÷ 2) leave in it, with h a year's attrition ÷ 12. "
        "Training first, then the ramp, month by month on the phones.",
        portrait=True,
    )
    place = book.table(
        "Curves",
        [
            Column(key="age", head="months since start", values=np.arange(rows), kind="whole"),
            Column(
                key="yearly",
                head="attrition of a year",
                values=yearly,
                kind="share",
                formula=_attrition_formula(hiring),
            ),
            Column(
                key="leave",
                head="share that leaves",
                values=leaving_shares(hiring, rows),
                kind="curve",
                formula="({yearly}/12)/(1+{yearly}/24)",
            ),
            Column(
                key="stay",
                head="still here at start",
                values=staying_shares(hiring, rows),
                kind="curve",
                formula=["1", *["{stay:above}*(1-{leave:above})"] * (rows - 1)],
            ),
            Column(
                key="training",
                head="share of the month in training",
                values=training_shares(hiring, rows),
                kind="curve",
                formula="MAX(0,MIN(1,training_weeks/weeks_a_month-{age}))",
            ),
            Column(
                key="done",
                head="full months' output so far",
                values=np.cumsum(output),
                kind="curve",
                formula=_done_formula(hiring),
            ),
            Column(
                key="output",
                head="output of the month",
                values=output,
                kind="curve",
                formula=["{done}", *["{done}-{done:above}"] * (rows - 1)],
            ),
        ],
    )
    book.workbook.define_name("weeks_a_month", f"={WEEKS_A_MONTH!r}")
    return place


def write_classes(book, case, calendar, hires, curves):
    """A row a class and month: what becomes of it."""
    classes, months = case.classes, case.months
    lives = class_months(classes, months, case.centre.hiring)
    one, month = np.repeat(np.arange(len(classes)), len(months)), np.tile(np.arange(len(months)), len(classes))
    entered = pd.DatetimeIndex(classes["entered"])
    since = _number(months)[month] - _number(entered)[one]
    kind, heads = classes["kind"].to_numpy(object)[one], classes["heads"].to_numpy(float)[one]
    age = np.clip(classes["age"].to_numpy(int)[one] + since, 0, curves.rows - 1)
    enters = np.where(since == 0, heads, 0.0)
    starters = np.where(kind == "starter", enters, 0.0)
    of = {
        key: [hires.at(key, i) for i in one]
        for key in ("number", "queue_no", "kind", "entered_no", "age", "heads", "each", "contract", "retraining")
    }
    of |= {
        "at": [calendar.at("number", i) for i in month],
        "place": [calendar.at("place", i) for i in month],
        "when": [calendar.at("month", i) for i in month],
    }
    of |= {curve: curves.all(curve) for curve in ("leave", "stay", "training", "output")}
    numbers = np.array([case.queues.index(str(name)) + 1 for name in classes["queue"]])[one]

    trained = _trained(case, classes, months, curves.rows)

    def live(name):
        return lives[name].ravel()

    columns = (
        ("number", "class", one + 1, "whole", "{of_number}"),
        ("month", "month", list(months[month]), "month", "{when}"),
        ("key", "queue × 1000 + month", numbers * 1000 + month + 1, "plain", "{queue_no}*1000+{place}"),
        ("since", "months since it came", since, "plain", "{at}-{entered_no}"),
        ("age", "months since start", age, "whole", f"MIN({curves.rows - 1},MAX(0,{{of_age}}+{{since}}))"),
        (
            "start",
            "here at start",
            live("start"),
            "tenth",
            "IF(OR({since}<0,AND({contract}>0,{since}>={contract})),0,"
            "{heads}*INDEX({stay},{age}+1)/INDEX({stay},{of_age}+1))",
        ),
        ("left", "leave", live("leavers") - live("ended"), "curve", "{start}*INDEX({leave},{age}+1)"),
        (
            "ended",
            "contract ends",
            live("ended"),
            "tenth",
            "IF(AND({contract}>0,{since}={contract}-1),{start}-{left},0)",
        ),
        ("average", "here on average", live("average"), "tenth", "{start}-{left}/2"),
        ("trained", "share trained", trained["trained"].ravel(), "curve", "1-INDEX({training},{age}+1)"),
        (
            "able",
            "share that need not learn again",
            trained["able"].ravel(),
            "curve",
            "1-MAX(0,MIN(1,{retraining}/weeks_a_month-{since}))",
        ),
        ("trainees", "in training", live("trainees"), "tenth", "{average}*(1-{trained}*{able})"),
        (
            "ramping",
            "in their ramp",
            live("ramping"),
            "tenth",
            "{average}*{trained}*IF(INDEX({output},{age}+1)<{trained}-1E-12,1,0)",
        ),
        (
            "productive",
            "productive FTE",
            live("output_fte"),
            "tenth",
            "{average}*{each}*INDEX({output},{age}+1)*{able}",
        ),
        ("paid", "paid FTE", live("paid_fte"), "tenth", "{average}*{each}"),
        ("starters", "starters", starters, "tenth", 'IF(AND({kind}="starter",{since}=0),{heads},0)'),
        (
            "moved",
            "moved",
            np.where(kind == "moved", enters, 0.0),
            "tenth",
            'IF(AND({kind}="moved",{since}=0),{heads},0)',
        ),
        (
            "classes",
            "classes that start",
            np.ceil(starters / case.centre.hiring.class_size),
            "whole",
            "ROUNDUP({starters}/class_size,0)",
        ),
    )
    also = of | {"of_number": of["number"], "of_age": of["age"]}
    own = {column[0] for column in columns}
    also = {word: told for word, told in also.items() if word not in own}
    book.entitle(
        "Classes",
        "Every class, month by month",
        "Whoever is here at a month's start leaves, trains, learns and works as the sheet Curves says.",
    )
    return book.table(
        "Classes",
        [
            Column(
                key=key, head=head, values=values, kind=kind_of, formula=formula, width=10, also=_needed(also, formula)
            )
            for key, head, values, kind_of, formula in columns
        ],
        frozen=3,
        filtered=True,
    )


def write_headcount(book, case, calendar, requirement, classes):
    """A row a queue and month: required FTE, people, what overtime and the outsourcer fill, and the gap."""
    plan = case.plan.headcount
    queue, month = case.where
    fill = _filled(case)
    sums = {
        key: f"SUMIFS({classes.all(key)},{classes.all('key')},{{key}})"
        for key in (
            "start",
            "left",
            "ended",
            "trainees",
            "ramping",
            "productive",
            "paid",
            "starters",
            "moved",
            "classes",
        )
    }
    of = {key: [calendar.at(key, i) for i in month] for key in ("first", "limit")}
    of |= {key: requirement.each(key) for key in ("fte", "gap", "key", "number", "month")}
    columns = (
        ("queue", "queue", list(plan["queue"].astype(str)), "text", ""),
        ("month", "month", list(plan["month"]), "month", "{of_month}"),
        ("required", "required FTE", plan["required_fte"], "tenth", "{fte}"),
        ("here", "people at start", plan["heads_start"], "tenth", sums["start"] + "-{starters}-{moved}"),
        ("starters", "starters", plan["starters"], "tenth", sums["starters"]),
        ("moved", "moved", plan["moved"], "tenth", sums["moved"]),
        ("leavers", "leavers", plan["leavers"], "tenth", sums["left"] + "+{ended}"),
        ("ended", "of them contracts ended", plan["contracts_ended"], "tenth", sums["ended"]),
        ("end", "people at end", plan["heads_end"], "tenth", "{here}+{starters}+{moved}-{leavers}"),
        ("paid", "paid FTE", plan["paid_fte"], "tenth", sums["paid"]),
        ("trainees", "in training", plan["trainees"], "tenth", sums["trainees"]),
        ("ramping", "in their ramp", plan["ramping"], "tenth", sums["ramping"]),
        ("productive", "productive FTE", plan["productive_fte"], "tenth", sums["productive"]),
        ("over", "overtime FTE", plan["overtime_fte"], "tenth", "MIN({need}-{bought},{most})"),
        (
            "bought",
            "outsourced FTE",
            plan["outsourced_fte"],
            "tenth",
            "{beyond}*IF({all_beyond}>{limit},{limit}/{all_beyond},1)+({need}-{beyond})*IF({all_rest}>{spare},{spare}/{all_rest},1)",
        ),
        ("available", "available FTE", plan["available_fte"], "tenth", "{productive}+{over}+{bought}"),
        ("gap", "gap, FTE", plan["gap_fte"], "tenth", "{available}-{required}"),
        ("classes", "classes that start", plan["classes"], "whole", sums["classes"]),
        ("need", "FTE to be filled", fill["need"], "tenth", "MAX(0,{required}*(1-{may_miss})-{productive})"),
        ("most", "overtime at most", fill["most"], "tenth", "overtime_limit*{productive}"),
        ("beyond", "beyond overtime", fill["beyond"], "tenth", "MAX(0,{need}-{most})"),
        ("all_beyond", "… all queues", fill["all_beyond"], "tenth", "SUMIFS({beyond:all},{number:all},{number})"),
        ("rest", "within overtime", fill["rest"], "tenth", "{need}-{beyond}"),
        ("all_rest", "… all queues", fill["all_rest"], "tenth", "SUMIFS({rest:all},{number:all},{number})"),
        (
            "spare",
            "outsourced in place of overtime, at most",
            fill["spare"],
            "tenth",
            "IF({first}=1,0,{limit}-MIN({all_beyond},{limit}))",
        ),
        ("number", "year × 12 + month − 1", _number(plan["month"]), "plain", "{of_number}"),
        ("key", "queue × 1000 + month", (queue + 1) * 1000 + month + 1, "plain", "{of_key}"),
    )
    also = of | {
        "of_key": of.pop("key"),
        "of_number": of.pop("number"),
        "of_month": of.pop("month"),
        "may_miss": of.pop("gap"),
    }
    book.entitle(
        "Headcount",
        "Who is there, and who is missing",
        "The cheaper of overtime and outsourcing fills what is missing, as far as it goes. Gap = available − required.",
    )
    return book.table(
        "Headcount",
        [
            Column(
                key=key,
                head=head,
                values=values,
                kind=kind,
                formula=formula,
                width=22 if key == "queue" else 9.5,
                also=_needed(also, formula),
                aside=key in ASIDE,
            )
            for key, head, values, kind, formula in columns
        ],
        frozen=2,
    )


def _needed(also, formula):
    return {word: told for word, told in also.items() if "{" + word + "}" in formula}


def _number(months):
    stamps = pd.DatetimeIndex(months)
    return (stamps.year * 12 + stamps.month - 1).to_numpy(int)


def _leaving(kind, heads):
    """{row of those who leave a queue: row of the same people where they come in}."""
    come = [i for i, one in enumerate(kind) if one == "moved" and heads[i] > 0]
    gone = [i for i, one in enumerate(kind) if one == "moved" and heads[i] < 0]
    return dict(zip(gone, come, strict=True))


def _cause_formulas(shrinkage, months, seasons):
    """{cause: formulas by month} of its share of all paid time."""
    names, made = cause_names(shrinkage), {}
    for i, (cause, name) in enumerate(names.items()):
        row = list(shrinkage.by_month).index(cause) if cause in shrinkage.by_month else None
        shares = [name if row is None else f"{name}*{seasons.at(f'month{month.month}', row)}" for month in months]
        left = "".join(f"-{{cause{j}}}" for j in range(i)) if shrinkage.combine == "multiplicative" else ""
        made[cause] = [f"(1{left})*{share}" if left else share for share in shares]
    return made


def _sum_of_causes(shrinkage):
    return "+".join(f"{{cause{i}}}" for i in range(len(shrinkage.causes))) or "0"


def _overtime_output(shrinkage):
    outside = Shrinkage(external=shrinkage.external, internal={}, combine=shrinkage.combine).total
    return round((1 - shrinkage.total) / (1 - outside), 12)


def _overtime_formula(shrinkage):
    """Share of an overtime hour on the phones: nobody is on leave or ill in it."""
    names = cause_names(shrinkage)
    outside, inside = ([names[cause] for cause in side] for side in (shrinkage.external, shrinkage.internal))
    if shrinkage.combine == "multiplicative":
        return "*".join(f"(1-{name})" for name in inside) or "1"
    away = "".join(f"-{name}" for name in outside)
    return f"(1{away}{''.join(f'-{name}' for name in inside)})/(1{away})"


def _attrition_formula(hiring):
    formula = "attrition_per_year"
    for i in reversed(range(len(hiring.attrition_by_tenure))):
        formula = f"IF({{age}}<ROUNDUP(tenure_{i + 1}_months,0),tenure_{i + 1}_attrition,{formula})"
    return formula


def _done_formula(hiring):
    """Full agent's months worked by a month's end: each month of the ramp as far as it is done, and all after it."""
    time = "MAX(0,{age}+1-training_weeks/weeks_a_month)"
    parts = [f"ramp_{i + 1}*MAX(0,MIN(1,{time}-{i}))" for i in range(len(hiring.ramp))]
    return "+".join([*parts, f"MAX(0,{time}-{len(hiring.ramp)})"])


def _trained(case, classes, months, longest):
    """Shares of each class that are trained, and that need not learn again, classes × months."""
    since = np.subtract.outer(-_number(classes["entered"]), -_number(months))
    age = np.clip(classes["age"].to_numpy(int)[:, None] + since, 0, longest - 1)
    again = np.clip(classes["retraining_weeks"].to_numpy(float)[:, None] / WEEKS_A_MONTH - since, 0.0, 1.0)
    return {"trained": (1 - training_shares(case.centre.hiring, longest))[age], "able": 1 - again}


def _filled(case):
    """The steps in which overtime and the outsourcer fill what is missing, arrays by row."""
    plan, centre = case.plan.headcount, case.centre
    required, productive = plan["required_fte"].to_numpy(float), plan["productive_fte"].to_numpy(float)
    need, most = np.maximum(required * (1 - case.gap) - productive, 0), centre.flex.overtime * productive
    beyond = np.maximum(need - most, 0)
    month = case.where[1]

    def whole(values):
        return np.bincount(month, values, len(case.months))[month]

    first, limit = _order(case)
    return {
        "need": need,
        "most": most,
        "beyond": beyond,
        "rest": need - beyond,
        "all_beyond": whole(beyond),
        "all_rest": whole(need - beyond),
        "spare": np.where(first[month], 0.0, limit[month] - np.minimum(whole(beyond), limit[month])),
    }


def _order(case):
    """For each month: whether overtime is the cheaper, and what the outsourcer takes at most."""
    centre = case.centre
    over = centre.costs.overtime_hourly_cost / _overtime_output(centre.shrinkage)
    bought = centre.flex.outsourced_hourly / centre.flex.outsourced_output
    return np.full(len(case.months), over <= bought), _outsourced(case)


def _outsourced(case):
    """FTE that the outsourcer takes at most in each month: none before the notice has passed."""
    flex = case.centre.flex
    ready = case.months >= case.at + pd.Timedelta(weeks=flex.outsourced_notice_weeks)
    return np.where(ready, min(float(flex.outsourced_fte), ENDLESS), 0.0)
