"""Auditing: what was promised beside what came, and why they differ; KPIs as data, measured anywhere."""

from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .kpi import KPI, said
from .kpis import KPIS, kpi_of, target_of
from .measure import measure
from .news import News, news
from .signals import xmr
from .standing import Standing, standing
from .trust import Trust, trust

__all__ = ["KPI", "KPIS", "CostState", "News", "Standing", "Trust", "bridge", "cost_bridge", "kpi_of", "measure", "news", "said", "standing", "target_of",
           "trust", "xmr"]
