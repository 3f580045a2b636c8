"""Planning: from what is expected to who must be there and what it costs."""

from .comparison import (
    around_requirement, compare_erlang, compare_pyworkforce, erlang_bill, known_disagreements, shrinkage_table,
    tally_pyworkforce,
)
from .forecast import QueueForecast, forecast, forecast_queues
from .staffing import actual_service, scheduled_agents, staff, totals, with_patience

__all__ = [
    "QueueForecast",
    "actual_service",
    "around_requirement",
    "compare_erlang",
    "compare_pyworkforce",
    "erlang_bill",
    "forecast",
    "forecast_queues",
    "known_disagreements",
    "scheduled_agents",
    "shrinkage_table",
    "staff",
    "tally_pyworkforce",
    "totals",
    "with_patience",
]
