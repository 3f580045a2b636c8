"""What people see: charts, panels and (later) reports; the only room that imports altair and ipywidgets.

Names are loaded when they are first used, so `import ccplan.display` itself costs nothing.
"""

from importlib import import_module

_HOMES = {
    "audit.page": ("audit_page", "busiest_of"),
    "audit.panel": ("audit_desk", "audit_panel", "audit_view", "AuditView"),
    "audit.people": ("funnel_chart", "sickness_chart", "coaching_table", "recognition_table", "attendance_table", "turnover_table", "strain_table",
                     "people_answer"),
    "audit.quality": ("quality_answer", "sampling_answer", "sampling_table", "steps_chart", "steps_picture", "steps_table", "leniency_chart", "leniency_picture",
                      "calibration_answer", "links_chart", "links_picture", "links_answer", "groups_table"),
    "audit.findings": ("verdict_words", "verdict_page", "matters_page", "findings_and_actions", "costs_table", "carried_table", "notes_words",
                       "overdue_table", "worth_table"),
    "audit.promises": ("promises_answer", "accuracy_table", "fit_table", "kept_table", "promise_definitions", "assumptions_table",
                       "forecast_against_chart", "promise_kept_chart", "schedule_fit_chart"),
    "audit.why": ("service_bridge_chart", "service_bridge_table", "service_answer", "reasons_chart", "reasons_table", "reasons_answer", "most_changed",
                  "worst_table", "worst_answer", "ledger_chart", "ledger_lines_table", "ledger_answer", "why_notes", "most_changed_chart",
                  "cost_steps_chart"),
    "audit.kpis": ("standing_answer", "standing_table", "missed_table", "news_table", "quarter_trust_answer", "coverage_table", "checks_table", "kpi_board", "signals_chart",
                   "kpi_hours_chart", "trust_chart", "kpi_definitions"),
    "scheduling.case": ("ScheduleCase", "schedule_case", "invented_wishes"),
    "scheduling.cover_charts": ("cover_chart", "week_cover_chart"),
    "scheduling.intraday_charts": ("intraday_chart",),
    "scheduling.panel": ("schedule_desk", "schedule_panel"),
    "scheduling.view": ("schedule_view", "ScheduleView"),
    "scheduling.roster_charts": ("roster_chart", "fairness_chart"),
    "scheduling.tables": ("schedule_answer", "shrinkage_held_table", "covers_of", "covers_table", "open_table", "shifts_table", "roster_picture",
                          "fairness_picture", "contracts_table", "refused_table", "prices_table", "repair_table", "swap_answer", "bids_table", "breaks_table",
                          "files_table", "calendar_words"),
    "scheduling.today": ("today_of", "day_so_far", "today_picture", "adherence_table", "options_table", "options_answer"),
    "scheduling.exports": ("duties_to_ics", "roster_grid", "roster_table", "roster_to_csv", "roster_to_xlsx"),
    "staffing.beyond_calls": ("shared_hours", "pooling_picture", "cross_training_picture", "chat_answer", "concurrency_picture", "waiting_rows", "backlog_picture",
                     "callbacks_table", "callbacks_answer", "modes_picture", "penetration_picture", "reserve_picture", "blending_answer"),
    "money.charts": ("monthly_cost_chart", "tornado_chart", "waterfall_chart", "scenarios_chart", "grid_chart", "hour_sources_chart"),
    "money.plans": ("BudgetGround", "budget_ground", "bridge_of", "grid_of", "tornado", "scenarios_of"),
    "money.panel": ("BudgetView", "budget_desk", "budget_panel", "budget_view"),
    "money.tables": ("budget_answer", "budget_case", "categories_table", "lines_table", "unit_table", "means_table", "beside_last_year",
                      "quarter_bridge", "budget_notes"),
    "staffing.channel_charts": ("backlog_chart", "concurrency_chart", "concurrency_rows"),
    "data.charts": ("volume_chart", "calendar_chart", "records_chart", "patience_chart", "handle_time_chart", "volume_picture",
                    "calendar_picture", "records_picture",
                    "patience_picture", "handle_time_picture", "odd_days"),
    "data.mapping": ("mapping_panel",),
    "data.suggestions": ("suggestions_panel",),
    "data.tables": ("data_answer", "busiest_queue", "verdict_table", "findings_table", "findings_by_rule", "findings_link", "special_days_table", "abilities_table",
                    "trusted_frames", "estimates_table", "shrinkage_frame", "suggestions_table"),
    "forecast.charts": ("history_chart", "week_chart", "parts_chart", "errors_chart", "errors_picture", "fan_chart", "calibration_chart",
                        "calibration_picture", "override_chart"),
    "forecast.panel": ("forecast_desk", "forecast_panel", "forecast_view", "ForecastInputs", "ForecastView"),
    "forecast.tables": ("forecast_rows", "forecast_answer", "calendar_of", "days_table", "league", "repairs_table", "replay_start", "surprise",
                        "overrides_or_example", "overrides_table", "override_effect_table", "replay_table", "drivers_or_example",
                        "drivers_table", "months_table"),
    "people.charts": ("headcount_chart", "shrinkage_chart", "decisions_chart", "decisions_picture"),
    "people.panel": ("headcount_desk", "headcount_panel", "headcount_view", "HeadcountView"),
    "people.plans": ("headcount_ground",),
    "people.tables": ("headcount_answer", "people_table", "shrinkage_months", "decisions_table", "without_hires", "gap_prices"),
    "setting_up.case": ("SetupCase", "setup_case", "ROOMS"),
    "setting_up.charts": ("gantt_chart", "floor_plan_chart", "progress_chart"),
    "setting_up.panel": ("checklist_panel",),
    "setting_up.tables": ("setup_answer", "late_table", "departments_table", "goals_sheet", "types_sheet", "weighing_sheet", "tipping_words", "equipment_sheet",
                          "stages_sheet", "buffer_sheet", "rota_sheet", "offenders_sheet", "replacements_sheet", "reviews_sheet", "list_sheet", "startup_budget_sheet"),
    "staffing.skill_charts": ("pooling_chart", "cross_training_chart"),
    "staffing.outbound_charts": ("penetration_chart", "modes_chart", "reserve_chart", "blended_day_chart"),
    "charts": ("show", "requirement_chart", "service_curve_chart", "erlang_chart"),
    "staffing.day_charts": ("service_chart", "price_chart", "day_verdict", "best_places"),
    "audit.quality_form": ("quality_panel", "scorecard_sheet"),
    "staffing.panel": ("queue_day", "staffing_panel", "staffing_view", "start_inputs", "StaffingInputs", "StaffingView"),
    "reporting.book": ("audit_sheets", "sheets_workbook"),
    "reporting.reports": ("write_report",),
    "audit.report": ("audit_report",),
    "audit.sign_off_tables": ("inputs_table", "settings_table", "sign_off_block"),
    "money.risk_charts": ("cost_fan_chart", "risk_sources_chart", "overrun_finding"),
    "start.pages": ("pages", "pages_by_role"),
    "start.tiles": ("today_answer", "queue_tiles", "centre_tiles", "freshness_words"),
    "start.today": ("centre_today",),
    "tables": ("table",),
    "validation.charts": ("promise_chart", "days_chart", "hours_chart"),
    "validation.panel": ("validation_desk", "validation_panel", "validation_view", "TrustView"),
    "validation.tables": ("held_against", "trust_answer", "promise_words_table", "worlds_table", "worlds_answer", "errors_table", "held_table", "told_words",
                          "held_picture", "bank_table", "bank_picture", "bank_answer", "published_table", "published_answer",
                          "published_mistakes", "foresight_of", "foresight_words", "trust_table"),
    "theme": ("PALETTE",),
    "workbook": ("budget_workbook",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"ccplan.display has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__():
    return __all__
