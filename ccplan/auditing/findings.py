"""A finding of an audit: what is the matter, how it is known, what it costs, and who does what about it by when."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

AREAS = {
    "customers": "customer satisfaction",
    "people": "employee productivity",
    "money": "financial data",
    "improvements": "possible improvements",
}
SEVERITIES = ("red", "amber")
SHORT = 20  # words


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the audit found.

    `key` is its name from quarter to quarter ("aht_s service"), `area` one of AREAS, `severity` red or amber,
    `says` the sentence, `evidence` the anchor of the section that shows it ("signals"), `cost` what it cost in the
    quarter in the centre's currency (a Decimal; below 0 a benefit; None where no money can be named) and
    `cost_basis` how that was reckoned, `action` what to do, `owner` a department or a person, `due` a day. `brief`
    says the same in a few words, for those who have no time; `also` are the Findings that are told with it, for they have
    the same cause. Raises ValueError in words.
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
    brief: str = ""
    also: tuple = ()

    def __post_init__(self):
        for name, known in (("area", tuple(AREAS)), ("severity", SEVERITIES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} of a finding must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        for name in ("key", "says", "evidence", "action"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"{name} of a finding must not be empty")
        if self.cost is not None and not (isinstance(self.cost, Decimal) and self.cost.is_finite()):
            raise ValueError(f"cost of a finding must be a Decimal, got {self.cost!r}")

    @property
    def each(self):
        """It, without those that are told with it, and then each of these."""
        return (replace(self, also=()), *self.also)

    @property
    def short(self):
        """It in at most twenty words: `brief`, else the first sentence of what it says.

        >>> Finding(key="k", area="money", severity="red", says="Rent doubled; nobody knew. Ask.", evidence="why", action="ask").short
        'Rent doubled; nobody knew'
        """
        words = (self.brief or re.split(r"(?<=[^\W\d])[.](?=\s|$)", self.says, maxsplit=1)[0]).rstrip(" .").split()
        return " ".join(words) if len(words) <= SHORT else " ".join(words[:SHORT]).rstrip(",;:") + " …"
