"""The ground floor: queues, numbers in and numbers out."""

from .erlang import DEFINITIONS, Performance, erlang_a, erlang_b, erlang_c, performance
from .targets import Infeasible, Targets, line_load, max_calls, required_agents, required_lines

__all__ = [
    "DEFINITIONS",
    "Infeasible",
    "Performance",
    "Targets",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "line_load",
    "max_calls",
    "performance",
    "required_agents",
    "required_lines",
]
