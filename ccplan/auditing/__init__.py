"""Auditing: what was promised beside what came, and why they differ; KPIs as data, measured anywhere."""

from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .kpi import KPI, said
from .kpis import KPIS, kpi_of, target_of
from .measure import measure

__all__ = ["KPI", "KPIS", "CostState", "bridge", "cost_bridge", "kpi_of", "measure", "said", "target_of"]
