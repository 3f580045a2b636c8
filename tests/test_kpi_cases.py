"""Every published case of a KPI comes out exactly, measured on tables that hold the case's numbers; its usual wrong
answers do not.
"""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing import KPIS
from ccplan.auditing import measure

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "truth/kpi_cases.json").read_text(encoding="utf-8"))["cases"]
}


def contacts(**groups):
    """A table of calls: so many of each kind, kinds being (how many, {column: value})."""
    rows = [dict(values) for how_many, values in groups.values() for _ in range(how_many)]
    return pd.DataFrame(
        [{"call_id": f"c{i}", "queue": "q", "outcome": "answered", "wait_s": 0.0, **row} for i, row in enumerate(rows)]
    )


def answered_and_abandoned(case):
    """The ICMI data: answered in time (15 s) or late, abandoned at 3 s, 12 s or 60 s; target 20 s."""
    n = case["inputs"]
    return {
        "calls": contacts(
            in_time=(n["answered_le_T"], {"wait_s": 15.0}),
            late=(n["answered"] - n["answered_le_T"], {"wait_s": 40.0}),
            at_once=(n["abandoned_le_5s"], {"outcome": "abandoned", "wait_s": 3.0}),
            soon=(n["abandoned_le_T"] - n["abandoned_le_5s"], {"outcome": "abandoned", "wait_s": 12.0}),
            after=(n["abandoned_gt_T"], {"outcome": "abandoned", "wait_s": 60.0}),
        )
    }


def intervals(**columns):
    return {
        "intervals": pd.DataFrame(
            {"queue": "q", "start": pd.Timestamp("2026-01-05 08:00"), **columns},
            index=range(max(map(np.size, columns.values()))),
        )
    }


def spread(total, rows):
    """Seconds of each of so many calls: equal but the last, whole."""
    each = total // rows
    return [float(each)] * (rows - 1) + [float(total - each * (rows - 1))]


def timed(case, columns):
    n = case["inputs"]
    made = {name: spread(n[name], n["handled"]) for name in columns}
    return {
        "calls": contacts(handled=(n["handled"], {})).assign(**{"talk_s": 1.0, "hold_s": 0.0, "acw_s": 0.0, **made})
    }


def stretches(*rows):
    """A table of activities from (start hour, end hour, scheduled, actual)."""
    day = pd.Timestamp("2026-01-05")
    return {
        "activities": pd.DataFrame(
            [
                {
                    "agent": "a",
                    "start": day + pd.Timedelta(hours=start),
                    "end": day + pd.Timedelta(hours=end),
                    "scheduled": scheduled,
                    "actual": actual,
                }
                for start, end, scheduled, actual in rows
            ]
        )
    }


def lasting(*rows):
    """A table of activities from (hours, scheduled, actual), one after another."""
    ends = np.cumsum([hours for hours, *_ in rows])
    return stretches(
        *((end - hours, end, scheduled, actual) for end, (hours, scheduled, actual) in zip(ends, rows, strict=True))
    )


def staff(stay, leave, last, first="2020-01-01", replaced=True):
    """Agents of whom some leave on a day, each replaced the next morning."""
    rows = [{"agent": f"a{i}", "hired": pd.Timestamp(first), "left": pd.NaT} for i in range(stay)]
    rows += [{"agent": f"b{i}", "hired": pd.Timestamp(first), "left": pd.Timestamp(last)} for i in range(leave)]
    rows += [
        {"agent": f"c{i}", "hired": pd.Timestamp(last) + pd.Timedelta(days=1), "left": pd.NaT}
        for i in range(leave * replaced)
    ]
    return {"agents": pd.DataFrame(rows)}


def spoken(column, counts):
    return {
        "calls": contacts(
            **{str(score): (how_many, {column: float(score)}) for score, how_many in counts.items()},
            silent=(50, {column: np.nan}),
        )
    }


def forecasts(case):
    n = case["inputs"]
    return {
        "forecast": pd.DataFrame(
            {
                "queue": "q",
                "start": pd.date_range("2026-01-05 08:00", periods=len(n["forecast"]), freq="30min"),
                "forecast": n["forecast"],
                "actual": n["actual"],
            }
        )
    }


def monitored(case):
    n = case["inputs"]
    steps = pd.DataFrame(
        {
            "evaluation": np.repeat(np.arange(n["monitored"]), 2).astype(str),
            "step": ["a", "b"] * n["monitored"],
            "possible": 5.0,
            "critical": [True, False] * n["monitored"],
        }
    )
    points = np.full(len(steps), 5.0)
    points[: 2 * n["with_critical_error"] : 2] = 0.0
    points[1:80:2] = 1.0  # lesser faults, in the same calls and in others
    return {"evaluations": steps.assign(points=points, date=pd.Timestamp("2026-01-05"))}


def staffing(net, shrinkage, **more):
    return {
        "staffing": pd.DataFrame(
            {"start": [pd.Timestamp("2026-01-05")], "net": [float(net)], "shrinkage": [shrinkage], **more}
        )
    }


def waits(case):
    n = case["inputs"]
    rows = contacts(**{name: (n[name], {"outcome": name}) for name in ("answered", "abandoned") if name in n})
    for outcome in rows["outcome"].unique():
        rows.loc[rows["outcome"] == outcome, "wait_s"] = spread(n[f"{outcome}_wait_s"], n[outcome])
    return {"calls": rows}


def repeated(case):
    n = case["inputs"]
    start, day = pd.Timestamp("2026-01-05"), pd.Timedelta(days=1)
    first = n["calls"] - n["repeat_calls"]
    rows = [(f"k{i}", start) for i in range(first)] + [
        (f"k{i}", start + 3 * day) for i in range(n["repeat_calls"] // 2)
    ]
    rows += [(f"k{i}", start + 6 * day) for i in range(n["repeat_calls"] // 2)]
    frame = pd.DataFrame(rows, columns=["customer", "arrived"]).assign(reason="bill", queue="q", outcome="answered")
    around = pd.DataFrame(
        {
            "customer": ["k0", "k1"],
            "arrived": [start - 40 * day, start + 40 * day],
            "reason": "bill",
            "queue": "q",
            "outcome": "answered",
        }
    )
    return {
        "calls": pd.concat([frame, around], ignore_index=True).assign(call_id=lambda made: made.index.astype("str"))
    }


def resolved(case):
    n = case["inputs"]
    left = n["contacts"] - n["resolved_first"] - n["not_resolvable"]
    return {
        "calls": contacts(
            yes=(n["resolved_first"], {"resolved": True, "reason": "bill"}),
            no=(left, {"resolved": False, "reason": "bill"}),
            never=(n["not_resolvable"], {"resolved": False, "reason": "fault of the line"}),
            lost=(40, {"outcome": "abandoned"}),
        )
    }


def surveyed(case):
    n = case["inputs"]
    return {
        "calls": contacts(
            yes=(n["yes"], {"resolved": True}),
            no=(n["responses"] - n["yes"], {"resolved": False}),
            silent=(100, {"resolved": None}),
        ).astype({"resolved": "boolean"})
    }


def per_cent(case):
    shares = case["inputs"]["components_pct"]
    causes = ("break", "training", "leave", "sickness")
    return lasting(
        *((float(share), "work", cause) for share, cause in zip(shares, causes, strict=True)),
        (100.0 - sum(shares), "work", "work"),
        (9.0, "lunch", "lunch"),
    )


K = KPIS
Q1 = {"start": "2026-01-01", "end": "2026-04-01"}
APRIL = {"start": "2026-04-01", "end": "2026-05-01"}
HOW = {  # case → (KPI in its variant, tables, how it is asked, values that are usual but wrong)
    "kpi-001": (
        K["service_level"].with_(definition="abandons_count", target_s=20),
        answered_and_abandoned,
        {},
        [0.86, 860 / 1060],
    ),
    "kpi-003": (K["service_level"].with_(target_s=20), answered_and_abandoned, {}, [0.86, 880 / 1060, 860 / 1040]),
    "kpi-005": (
        K["service_level"].with_(definition="short_abandons_count", target_s=20),
        answered_and_abandoned,
        {},
        [880 / 1060, 860 / 1060],
    ),
    "kpi-007": (
        K["service_level"].with_(definition="bcms"),
        lambda case: intervals(answered_in_target=860, answered=1000, abandoned=60, outflowed=15, dequeued=5),
        {},
        [860 / 1060],
    ),
    "kpi-009": (
        K["service_level"],
        lambda case: intervals(answered_in_target=[90, 10, 150], answered=[90, 15, 200], abandoned=[10, 5, 0]),
        {},
        [(0.9 + 0.5 + 0.75) / 3],
    ),
    "kpi-011": (K["aht_s"], lambda case: timed(case, ("talk_s", "hold_s", "acw_s")), {}, [178, 201]),
    "kpi-013": (K["talk_s"], lambda case: timed(case, ("talk_s",)), {}, [178]),
    "kpi-015": (
        K["hold_s"].with_(per="held"),
        lambda case: {
            "calls": contacts(held=(1200, {}), free=(3111, {"hold_s": 0.0})).assign(
                hold_s=lambda made: spread(99153, 1200) + [0.0] * 3111
            )
        },
        {},
        [23],
    ),
    "kpi-017": (K["asa_s"], waits, {}, []),
    "kpi-019": (K["queue_time_s"], waits, {}, [15, 7200 / 320]),
    "kpi-021": (K["abandon_time_s"], waits, {}, [2400 / 360]),
    "kpi-023": (
        K["abandonment"].with_(short="left out"),
        lambda case: {
            "calls": contacts(
                answered=(1000, {}),
                short=(10, {"outcome": "abandoned", "wait_s": 5.0}),
                long=(50, {"outcome": "abandoned", "wait_s": 30.0}),
            )
        },
        {},
        [60 / 1060, 50 / 1060],
    ),
    "kpi-025": (
        K["blocked"],
        lambda case: {"calls": contacts(blocked=(25, {"outcome": "blocked"}), reached=(975, {}))},
        {},
        [25 / 975],
    ),
    "kpi-027": (
        K["fcr"].with_(definition="net", not_resolvable=("fault of the line",)),
        resolved,
        {},
        [0.7, 700 / 1040],
    ),
    "kpi-029": (K["fcr"].with_(definition="survey"), surveyed, {}, [140 / 300]),
    "kpi-031": (K["repeat_rate"], repeated, {"start": "2026-01-01", "end": "2026-02-01"}, [280 / 720]),
    "kpi-033": (
        K["adherence"],
        lambda case: stretches((9, 9.25, "work", "other"), (9.25, 10, "work", "work"), (10, 10.25, None, "work")),
        {},
        [1.0],
    ),
    "kpi-035": (
        K["adherence"],
        lambda case: lasting(
            (400 / 60, "work", "work"),
            (20 / 60, "work", "break"),
            (50 / 60, "break", "break"),
            (10 / 60, "break", "work"),
        ),
        {},
        [400 / 420, 400 / 480],
    ),
    "kpi-037": (
        K["shrinkage"],
        lambda case: lasting(
            (180.0, "leave", "leave"),
            (120.0, "training", "training"),
            (700.0, "work", "work"),
            (60.0, "lunch", "lunch"),
        ),
        {},
        [300 / 700, 0.27976],
    ),
    "kpi-039": (K["shrinkage"], per_cent, {}, [1 - 0.9 * 0.95 * 0.92 * 0.88]),
    "kpi-041": (K["gross_staff"], lambda case: staffing(70, 0.30), {}, [91]),
    "kpi-043": (K["gross_staff"], lambda case: staffing(70, 0.20, attendance=[0.98]), {}, [70 / 0.78]),
    "kpi-045": (K["gross_staff"].with_(rounded=True), lambda case: staffing(17, 0.32), {}, [26]),
    "kpi-047": (
        K["occupancy"],
        lambda case: intervals(talk_s=2000.0, hold_s=100.0, acw_s=300.0, agents=2.0) | {"step": 1800},
        {},
        [],
    ),
    "kpi-049": (
        K["utilisation"],
        lambda case: lasting((6.0, "work", "work"), (2.0, "training", "training"), (0.5, "lunch", "lunch")),
        {},
        [6 / 8.5, 4.5 / 8],
    ),
    "kpi-051": (K["attrition"], lambda case: staff(90, 10, "2026-02-14"), Q1, [0.1]),
    "kpi-053": (
        K["attrition"].with_(base="start", per="month"),
        lambda case: staff(98, 2, "2026-04-20", replaced=False),
        APRIL,
        [0.24, 2 / 99],
    ),
    "kpi-055": (K["attrition"], lambda case: staff(96, 4, "2026-04-20"), APRIL, [1 - 0.96**12, 0.04]),
    "kpi-057": (
        K["absenteeism"],
        lambda case: lasting(
            (64.0, "work", "sickness"),
            (1500.0, "work", "work"),
            (36.0, "training", "training"),
            (80.0, "leave", "leave"),
        ),
        {},
        [64 / 1680, 144 / 1680],
    ),
    "kpi-059": (
        K["cost_per_contact"],
        lambda case: (
            intervals(answered=114000.0, offered=120000)
            | {
                "ledger": pd.DataFrame(
                    {
                        "month": pd.Timestamp("2026-01-01"),
                        "category": ["labour", "rent"],
                        "line": ["wages", "rent"],
                        "planned": 1.0,
                        "actual": [250000.0, 70000.0],
                    }
                )
            }
        ),
        {},
        [2.80, 320000 / 120000],
    ),
    "kpi-061": (
        K["calls_per_agent"],
        lambda case: {
            "calls": contacts(handled=(900, {})).assign(
                arrived=pd.Timestamp("2026-01-05 09:00"), agent=[f"a{i % 15}" for i in range(900)]
            )
        },
        {},
        [],
    ),
    "kpi-063": (K["csat"], lambda case: spoken("csat", case["inputs"]["counts"]), {}, [0.747663551401869, 74 / 157]),
    "kpi-065": (
        K["csat"].with_(method="sum_of_max"),
        lambda case: spoken("csat", case["inputs"]["counts"]),
        {},
        [0.691588785046729],
    ),
    "kpi-067": (
        K["nps"],
        lambda case: {
            "calls": contacts(
                **{f"n{i}": (1, {"nps": float(score)}) for i, score in enumerate(case["inputs"]["scores"])}
            )
        },
        {},
        [100 / 3, 40.0],
    ),
    "kpi-069": (
        K["ces"].with_(method="share"),
        lambda case: {
            "calls": contacts(
                **{f"n{i}": (1, {"effort": float(score)}) for i, score in enumerate(case["inputs"]["scores"])}
            )
        },
        {},
        [0.6],
    ),
    "kpi-071": (K["forecast_mape"], forecasts, {}, [40 / 373]),
    "kpi-073": (K["forecast_error"].with_(as_="accuracy"), forecasts, {}, [1 - 40 / 387, 1 - 3061 / 17920]),
    "kpi-075": (
        K["qa_score"],
        lambda case: {
            "evaluations": pd.DataFrame(
                {
                    "evaluation": "e",
                    "step": list("abcdefg"),
                    "points": [*map(float, case["inputs"]["points"]), np.nan],
                    "possible": [*map(float, case["inputs"]["possible"]), 20.0],
                    "critical": False,
                    "date": pd.Timestamp("2026-01-05"),
                }
            )
        },
        {},
        [91 / 120, (1 + 0.9 + 1 + 0.75 + 1 + 0.8) / 6],
    ),
    "kpi-077": (K["critical_accuracy"], monitored, {}, [0.03, 0.8]),
}


def measured(kpi, tables, asked):
    if (
        "step" in tables
    ):  # two half-hours, of which the second is empty: the length of an interval is read from the table
        frame = tables["intervals"]
        tables = {
            "intervals": pd.concat(
                [
                    frame,
                    frame.assign(
                        start=frame["start"] + pd.Timedelta(seconds=tables["step"]),
                        talk_s=0,
                        hold_s=0,
                        acw_s=0,
                        agents=0,
                    ),
                ]
            )
        }
    (row,) = measure(tables, [kpi], **asked).to_dict("records")
    return row


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case["id"])
def test_a_published_case(case):
    kpi, tables, asked, wrong = HOW[case["id"]]
    row = measured(kpi, tables(case), asked)
    exact = float(Fraction(case["exact"]))
    assert row["value"] == pytest.approx(exact, rel=1e-12, abs=1e-12), row
    assert all(abs(row["value"] - other) > 1e-6 * abs(other) for other in wrong), "a usual wrong answer"
    assert np.isnan(row["low"]) or row["low"] <= row["value"] <= row["high"]
    assert row["kpi"] == kpi.key and row["variant"] == kpi.variant()


def test_every_case_is_asked():
    assert set(HOW) == set(CASES) and len(CASES) >= 38
