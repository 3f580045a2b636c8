"""Auditing: what was promised beside what came, and why they differ; KPIs as data, measured anywhere."""

from .audit import Audit, audit, audit_of
from .bridge import bridge
from .change_by import change_by
from .cost_bridge import CostState, cost_bridge
from .evaluation_store import Evaluation, EvaluationStore
from .evidence import Evidence, evidence_of
from .findings import Finding
from .funnel import Funnel, funnel
from .kpi import KPI, said
from .kpis import KPIS, kpi_of, target_of
from .measure import measure
from .quarter import Quarter
from .scorecard import load_scorecard
from .service_bridge import service_bridge

__all__ = [
    "Audit", "CostState", "Evaluation", "EvaluationStore", "Evidence", "Finding", "Funnel", "KPI", "KPIS", "Quarter", "audit", "audit_of",
    "bridge", "change_by", "cost_bridge", "evidence_of", "funnel", "kpi_of", "load_scorecard", "measure", "said", "service_bridge", "target_of",
]
