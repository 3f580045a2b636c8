"""Planning: from what is expected to who must be there and what it costs."""

from .comparison import (
    around_requirement, compare_erlang, compare_pyworkforce, erlang_bill, known_disagreements, shrinkage_table,
    tally_pyworkforce,
)
from .forecast import QueueForecast, forecast, forecast_queues
from .forecasting.events import events_of, events_seen, school_of
from .forecasting.intraday import reforecast, replay_day, replay_errors
from .forecasting.long_range import apply_drivers, drivers_of, growth_drivers, monthly_volumes
from .forecasting.overrides import add_override, apply_overrides, override_effect, overrides_of
from .certainty import chance_of_target, frontier, one_more_agent
from .budget import Budget, plan_budget
from .headcount import plan_headcount
from .quick_plan import QuickPlan, quick_plan
from .requirement import monthly_requirement
from .risk import Risk, Stopped, plan_risk
from .risk_sources import variance_shares
from .through_day import compare_rules
from .staircase import Staircase, staircase
from .uncertain import USUAL, Uncertain
from .staffing import actual_service, scheduled_agents, staff, totals, with_patience

__all__ = [
    "Budget",
    "QuickPlan", "Risk", "Staircase", "Stopped", "USUAL", "Uncertain", "plan_risk", "quick_plan", "staircase", "variance_shares",
    "chance_of_target", "compare_rules", "frontier", "one_more_agent",
    "QueueForecast",
    "actual_service",
    "add_override",
    "apply_drivers",
    "apply_overrides",
    "around_requirement",
    "compare_erlang",
    "compare_pyworkforce",
    "drivers_of",
    "erlang_bill",
    "events_of",
    "events_seen",
    "forecast",
    "forecast_queues",
    "growth_drivers",
    "known_disagreements",
    "monthly_requirement",
    "monthly_volumes",
    "override_effect",
    "plan_budget",
    "plan_headcount",
    "overrides_of",
    "reforecast",
    "replay_day",
    "replay_errors",
    "scheduled_agents",
    "school_of",
    "shrinkage_table",
    "staff",
    "tally_pyworkforce",
    "totals",
    "with_patience",
]
