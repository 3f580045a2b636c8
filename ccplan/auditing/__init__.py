"""Auditing: what was promised beside what came, and why they differ."""

from .bridge import bridge
from .change_by import change_by
from .cost_bridge import CostState, cost_bridge
from .service_bridge import service_bridge
from .why import Why, why

__all__ = ["CostState", "Why", "bridge", "change_by", "cost_bridge", "service_bridge", "why"]
