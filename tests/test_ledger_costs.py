"""A past period as planned and as spent, against figures written by hand."""

from decimal import Decimal

import pandas as pd
import pytest

from ccplan.auditing.explaining.cost_bridge import cost_bridge
from ccplan.auditing.explaining.ledger_costs import ledger_costs
from ccplan.data import Centre, Queue, Shrinkage
from ccplan.queueing import Targets

CENTRE = Centre(
    name="x",
    queues=(Queue(name="q", targets=Targets(service_level=0.8, target_s=20)),),
    shrinkage=Shrinkage(external={"leave": 0.2}, internal={}),
)
START = pd.date_range("2026-07-01 09:00", "2026-07-31 17:00", freq="30min", tz="UTC")
START = START[(START.hour >= 9) & (START.hour < 17)]
EXPECTED = pd.DataFrame({"queue": "q", "start": START, "offered": 100.0, "aht_s": 180.0})
CAME = EXPECTED.assign(answered=110.0, offered=110.0, talk_s=110 * 180.0, hold_s=0.0, acw_s=0.0, agents=16.0)
LEDGER = pd.DataFrame(
    {
        "month": pd.Timestamp("2026-07-01"),
        "category": ["labour", "labour", "technology", "facilities"],
        "line": ["agents' wages", "on-costs of wages", "platform migration", "rent"],
        "planned": [60_000.0, 15_000.0, float("nan"), 9_000.0],
        "actual": [66_000.0, 16_500.0, 4_000.0, 9_100.25],
    }
)
AGENTS = pd.DataFrame(
    {"hired": pd.to_datetime(["2024-01-01"] * 40), "left": pd.NaT, "weekly_hours": 37.5, "skills": "q"}
)


def test_both_sides_hold_the_tables_figures_and_the_bridge_adds_up():
    told = ledger_costs(EXPECTED, CAME, CENTRE, LEDGER, AGENTS)
    hours = len(START) / 2
    assert told.planned.agent_hours == pytest.approx({"q": 14 * hours}), (
        "100 calls of 180 s in half an hour take 14 agents"
    )
    assert told.actual.agent_hours == pytest.approx({"q": 16 * hours})
    assert told.planned.paid_hours == pytest.approx(14 * hours / 0.8)
    assert (told.planned.cost, told.actual.cost) == (Decimal("84000.0"), Decimal("95600.25"))
    steps = cost_bridge(told.planned, told.actual)
    assert sum(steps["effect"].iloc[:-1]) == steps["effect"].iloc[-1] == Decimal("95600.25")
    assert steps.set_index("driver").loc["one_offs", "effect"] == 4000


def test_a_period_without_actual_amounts_is_told_in_words():
    with pytest.raises(ValueError, match="ledger has no actual amounts from 2026-07 to 2026-07"):
        ledger_costs(EXPECTED, CAME, CENTRE, LEDGER.assign(month=pd.Timestamp("2025-07-01")), AGENTS)
