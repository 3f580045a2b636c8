"""The ground floor: queues, numbers in and numbers out."""

from .backlog import Backlog, work_off
from .blended import Blended, BlendingGain, best_reserve, blended_service, required_blended
from .callbacks import CallbackDays, Callbacks, required_with_callbacks, simulate_callbacks
from .chat import ChatPerformance, chat_performance, chat_worth, max_chats, required_chat_agents
from .compiled import is_compiled, warm_up
from .day_simulation import SimulatedDays, each_day, simulate_day
from .day_staffing import lagged_agents, offered_load_agents, required_day, stationary_agents
from .dialler import Dialling, dialling
from .durations import Constant, Exponential, Lognormal, Sample
from .erlang import DEFINITIONS, Performance, erlang_a, erlang_b, erlang_c, performance
from .targets import Infeasible, Targets, line_load, max_calls, required_agents, required_lines
from .time_varying import predict_day, whole_day

__all__ = [
    "Backlog",
    "Blended",
    "BlendingGain",
    "CallbackDays",
    "Callbacks",
    "ChatPerformance",
    "Constant",
    "DEFINITIONS",
    "Dialling",
    "Exponential",
    "Infeasible",
    "Lognormal",
    "Performance",
    "Sample",
    "SimulatedDays",
    "Targets",
    "best_reserve",
    "blended_service",
    "chat_performance",
    "chat_worth",
    "dialling",
    "each_day",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "is_compiled",
    "lagged_agents",
    "line_load",
    "max_calls",
    "max_chats",
    "offered_load_agents",
    "performance",
    "predict_day",
    "required_agents",
    "required_blended",
    "required_chat_agents",
    "required_day",
    "required_lines",
    "required_with_callbacks",
    "simulate_callbacks",
    "simulate_day",
    "stationary_agents",
    "warm_up",
    "whole_day",
    "work_off",
]
