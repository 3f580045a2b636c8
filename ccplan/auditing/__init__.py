"""Auditing: what was promised beside what came, and why they differ."""

from .actions import Actions, actions_of, carried, keep_actions, read_actions
from .audit import Audit, audit, audit_of
from .bridge import bridge
from .cost_bridge import CostState, cost_bridge
from .fingerprints import fingerprints
from .improvements import Improvements, improvements
from .promises import Promises, promises
from .sign_off import sign, verify
from .verdict import Verdict, verdict

__all__ = [
    "Actions", "Audit", "CostState", "Improvements", "Promises", "Verdict", "actions_of", "audit", "audit_of", "bridge", "carried",
    "cost_bridge", "fingerprints", "improvements", "keep_actions", "promises", "read_actions", "sign", "verdict", "verify",
]
