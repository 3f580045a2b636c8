"""Auditing: what was promised beside what came, and why they differ."""

from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .funnel import Funnel, funnel
from .people import People, people

__all__ = ["CostState", "Funnel", "People", "bridge", "cost_bridge", "funnel", "people"]
