"""Auditing: what was promised beside what came, and why they differ."""

from .bridge import bridge
from .cost_bridge import CostState, cost_bridge

__all__ = ["CostState", "bridge", "cost_bridge"]
