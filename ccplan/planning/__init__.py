"""Planning: from what is expected to who must be there and what it costs."""

from .money.against_ledger import against_ledger
from .uncertainty.assumptions import assumptions_of
from .channels.blending import blend_day, blending_gain, reserve_curve, staff_blended
from .budget import Budget, plan_budget
from .service.certainty import chance_of_target, frontier
from .money.checklist_costs import checklist_lines
from .service.comparison import (
    around_requirement,
    compare_erlang,
    compare_pyworkforce,
    erlang_bill,
    known_disagreements,
    shrinkage_table,
    tally_pyworkforce,
)
from .channels.deferred import DeferredPlan, plan_deferred
from .forecast import QueueForecast, forecast, forecast_queues
from .forecasting.events import events_of, events_seen, school_of
from .forecasting.intraday import reforecast, replay_day, replay_errors
from .forecasting.long_range import apply_drivers, drivers_of, growth_drivers, monthly_volumes
from .forecasting.overrides import add_override, apply_overrides, override_effect, overrides_of
from .people.gap_service import gap_for_service, service_curves
from .headcount import plan_headcount
from .people.headcount_case import HeadcountCase, headcount_case
from .people.headcount_notes import headcount_notes
from .people.hiring import HiringPlan, cheapest_hires
from .people.hiring_decisions import hiring_decisions
from .channels.outbound import CampaignPlan, compare_modes, plan_campaign
from .people.past_people import past_headcount
from .scheduling.roster_repair import repair
from .scheduling.rostering import Roster, roster
from .skilled.pooling import cross_training, pooling_gain
from .service.prices import one_more_agent, service_frontier
from .uncertainty.quick_plan import QuickPlan, quick_plan
from .people.requirement import monthly_requirement
from .uncertainty.risk import Risk, Stopped, plan_risk
from .uncertainty.risk_sources import variance_shares
from .schedule import Cover, cover_shifts, shift_table
from .skilled.skills import StaffedGroups, staff_groups
from .staffing import actual_service, scheduled_agents, staff, totals, with_patience
from .scheduling.adherence import Adherence, adherence, against_actual
from .scheduling.bids import Bids, award_bids
from .scheduling.breaks import desk_cover, place_breaks
from .scheduling.intraday import Intraday, intraday
from .scheduling.intraday_options import apply_option, apply_to_duties, intraday_options
from .scheduling.on_shift import at_desk_share, desk_requirement, shifts_of_queue, shrinkage_held
from .scheduling.rule_faults import rule_faults
from .scheduling.swaps import Swap, check_swap
from .uncertainty.staircase import Staircase, staircase
from .service.through_day import compare_rules, play_day
from .uncertainty.uncertain import USUAL, Uncertain
from .money.unit_costs import first_contact_resolution, hour_sources, labour_share, unit_costs
from .validating.at_work import agents_at_work, hidden_work, pools_of, spans_of_activities, spans_of_calls
from .validating.comparing import out_of_sample, validate
from .validating.foresight import foresight_table, planned_from_forecast
from .validating.presence import agents_present
from .validating.promises import assumptions_tested, hard_day, promise_table, promised_and_delivered, typical_day
from .validating.published import bank_figures, published_examples
from .money.wages import mean_wages

__all__ = [
    "Adherence",
    "Bids",
    "Budget",
    "CampaignPlan",
    "Cover",
    "DeferredPlan",
    "HeadcountCase",
    "HiringPlan",
    "Intraday",
    "QueueForecast",
    "QuickPlan",
    "Risk",
    "Roster",
    "StaffedGroups",
    "Staircase",
    "Stopped",
    "Swap",
    "USUAL",
    "Uncertain",
    "actual_service",
    "add_override",
    "adherence",
    "against_actual",
    "against_ledger",
    "agents_at_work",
    "agents_present",
    "apply_drivers",
    "apply_option",
    "apply_overrides",
    "apply_to_duties",
    "around_requirement",
    "assumptions_of",
    "assumptions_tested",
    "at_desk_share",
    "award_bids",
    "bank_figures",
    "blend_day",
    "blending_gain",
    "chance_of_target",
    "cheapest_hires",
    "check_swap",
    "checklist_lines",
    "compare_erlang",
    "compare_modes",
    "compare_pyworkforce",
    "compare_rules",
    "cover_shifts",
    "cross_training",
    "desk_cover",
    "desk_requirement",
    "drivers_of",
    "erlang_bill",
    "events_of",
    "events_seen",
    "first_contact_resolution",
    "forecast",
    "forecast_queues",
    "foresight_table",
    "frontier",
    "gap_for_service",
    "growth_drivers",
    "hard_day",
    "headcount_case",
    "headcount_notes",
    "hidden_work",
    "hiring_decisions",
    "hour_sources",
    "intraday",
    "intraday_options",
    "known_disagreements",
    "labour_share",
    "mean_wages",
    "monthly_requirement",
    "monthly_volumes",
    "one_more_agent",
    "out_of_sample",
    "override_effect",
    "overrides_of",
    "past_headcount",
    "place_breaks",
    "plan_budget",
    "plan_campaign",
    "plan_deferred",
    "plan_headcount",
    "plan_risk",
    "planned_from_forecast",
    "play_day",
    "pooling_gain",
    "pools_of",
    "promise_table",
    "promised_and_delivered",
    "published_examples",
    "quick_plan",
    "reforecast",
    "repair",
    "replay_day",
    "replay_errors",
    "reserve_curve",
    "roster",
    "rule_faults",
    "scheduled_agents",
    "school_of",
    "service_curves",
    "service_frontier",
    "shift_table",
    "shifts_of_queue",
    "shrinkage_held",
    "shrinkage_table",
    "spans_of_activities",
    "spans_of_calls",
    "staff",
    "staff_blended",
    "staff_groups",
    "staircase",
    "tally_pyworkforce",
    "totals",
    "typical_day",
    "unit_costs",
    "validate",
    "variance_shares",
    "with_patience",
]
