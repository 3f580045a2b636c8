"""A finding of an audit: what is the matter, how it is known, what it costs, and who does what about it by when."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

AREAS = {"customers": "customer satisfaction", "people": "employee productivity", "money": "financial data",
         "improvements": "possible improvements"}
SEVERITIES = ("red", "amber")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the audit found.

    `key` is its name from quarter to quarter ("aht_s service"), `area` one of AREAS, `severity` red or amber, `says` the
    sentence, `evidence` the anchor of the section that shows it ("signals"), `cost` what it cost in the quarter in the
    centre's currency (a Decimal; below 0 a benefit; None where no money can be named) and `cost_basis` how that was
    reckoned, `action` what to do, `owner` a department or a person, `due` a day. Raises ValueError in words.
    """

    key: str
    area: str
    severity: str
    says: str
    evidence: str
    action: str
    cost: Decimal | None = None
    cost_basis: str = ""
    owner: str = ""
    due: pd.Timestamp | None = None

    def __post_init__(self):
        for name, known in (("area", tuple(AREAS)), ("severity", SEVERITIES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} of a finding must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        for name in ("key", "says", "evidence", "action"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"{name} of a finding must not be empty")
        if self.cost is not None and not (isinstance(self.cost, Decimal) and self.cost.is_finite()):
            raise ValueError(f"cost of a finding must be a Decimal, got {self.cost!r}")
