"""Auditing: what was promised beside what came, and why they differ; KPIs as data, measured anywhere."""

from .audit import Audit, audit, audit_of
from .bridge import bridge
from .explaining.change_by import change_by
from .explaining.cost_bridge import CostState, cost_bridge
from .evaluating.evaluation_store import Evaluation, EvaluationStore
from .evidence import Evidence, evidence_of
from .findings import Finding
from .people.funnel import Funnel, funnel
from .measuring.kpi import KPI, said
from .kpis import KPIS, kpi_of, target_of, unknown_targets
from .measuring.measure import measure
from .quarter import Quarter
from .evaluating.scorecard import load_scorecard
from .explaining.service_bridge import service_bridge

__all__ = [
    "Audit",
    "CostState",
    "Evaluation",
    "EvaluationStore",
    "Evidence",
    "Finding",
    "Funnel",
    "KPI",
    "KPIS",
    "Quarter",
    "audit",
    "audit_of",
    "bridge",
    "change_by",
    "cost_bridge",
    "evidence_of",
    "funnel",
    "kpi_of",
    "load_scorecard",
    "measure",
    "said",
    "service_bridge",
    "target_of",
    "unknown_targets",
]
