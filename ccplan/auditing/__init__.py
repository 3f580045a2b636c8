"""Auditing: what was promised beside what came, and why they differ."""

from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .evaluation_store import Evaluation, EvaluationStore
from .quality import Quality, quality
from .scorecard import load_scorecard

__all__ = ["CostState", "Evaluation", "EvaluationStore", "Quality", "bridge", "cost_bridge", "load_scorecard", "quality"]
