"""Auditing: what was promised beside what came, and why they differ; KPIs as data, measured anywhere."""

from .actions import Actions, actions_of, carried, keep_actions, read_actions
from .audit import Audit, audit, audit_of
from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .funnel import Funnel, funnel
from .improvements import Improvements, improvements
from .kpi import KPI, said
from .kpis import KPIS, kpi_of, target_of, unknown_targets
from .measure import measure
from .people import People, people
from .promises import Promises, promises
from .verdict import Verdict, verdict

__all__ = [
    "Actions", "Audit", "CostState", "Funnel", "Improvements", "KPI", "KPIS", "People", "Promises", "Verdict", "actions_of", "audit", "audit_of",
    "bridge", "carried", "cost_bridge", "funnel", "improvements", "keep_actions", "kpi_of", "measure", "people", "promises", "read_actions",
    "said", "target_of", "unknown_targets", "verdict",
]
