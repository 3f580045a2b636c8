"""Auditing: what was promised beside what came, and why they differ; KPIs as data, measured anywhere."""

from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .kpi import KPI, said
from .kpis import KPIS, kpi_of, target_of, unknown_targets
from .measure import measure
from .funnel import Funnel, funnel
from .people import People, people

__all__ = ["KPI", "KPIS", "CostState", "Funnel", "People", "bridge", "cost_bridge", "funnel", "kpi_of", "measure", "people", "said", "target_of",
           "unknown_targets"]
