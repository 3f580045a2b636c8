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
from .at_work import agents_at_work, hidden_work, pools_of, spans_of_activities, spans_of_calls
from .foresight import foresight_table, planned_from_forecast
from .presence import agents_present
from .promises import assumptions_tested, hard_day, promise_table, promised_and_delivered, typical_day
from .published import bank_figures, published_examples
from .through_day import compare_rules
from .validation import out_of_sample, validate
from .staffing import actual_service, scheduled_agents, staff, totals, with_patience

__all__ = [
    "chance_of_target", "compare_rules", "frontier", "one_more_agent",
    "agents_at_work", "agents_present", "assumptions_tested", "bank_figures", "foresight_table", "hard_day", "hidden_work", "out_of_sample",
    "planned_from_forecast", "pools_of", "promise_table", "promised_and_delivered", "published_examples", "spans_of_activities",
    "spans_of_calls", "typical_day", "validate",
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
    "monthly_volumes",
    "override_effect",
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
