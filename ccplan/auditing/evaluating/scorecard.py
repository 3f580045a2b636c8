"""The scorecard: the steps of a call, what each weighs, which of them fails a call; data that a centre may replace."""

import tomllib
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import pandas as pd

FILE_NAME = "scorecard.toml"
SHIPPED = Path(__file__).with_name(FILE_NAME)
MOST_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the scorecard: `name`, `weight` (its possible points), `critical` (missed, it fails the call),
    `why`, `how`.

    Raises ValueError for a step without a name or with a weight that is no number above 0.

    >>> Step(name="greeted", weight=3).marks
    {'full': 3.0, 'half': 1.5, 'none': 0.0, 'does not apply': None}
    >>> "half" in Step(name="told that the call is recorded", weight=4, critical=True).marks
    False
    """

    name: str
    weight: float
    critical: bool = False
    why: str = ""
    how: str = ""

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"a step needs a name in words, got {self.name!r}")
        if (
            isinstance(self.weight, bool)
            or not isinstance(self.weight, (int, float))
            or not (isfinite(self.weight) and self.weight > 0)
        ):
            raise ValueError(f"weight of step {self.name!r} must be a number of points above 0, got {self.weight!r}")
        if not isinstance(self.critical, bool):
            raise ValueError(f"critical of step {self.name!r} must be true or false, got {self.critical!r}")

    @property
    def marks(self):
        """{mark: points} that can be given; a critical step is met or missed, it has no half; None does not apply."""
        half = {} if self.critical else {"half": self.weight / 2}
        return {"full": float(self.weight), **half, "none": 0.0, "does not apply": None}


@dataclass(frozen=True)
class Scorecard:
    """The steps that are scored, in order. Raises ValueError where there are none, or one stands twice."""

    steps: tuple

    def __post_init__(self):
        if not 0 < len(self.steps) <= MOST_STEPS:
            raise ValueError(f"a scorecard must have 1 to {MOST_STEPS} steps, got {len(self.steps)}")
        names = [step.name for step in self.steps]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"a step must stand once in the scorecard, got {', '.join(twice)} twice")

    def step(self, name):
        """The Step of a name; ValueError for one that is not on the scorecard."""
        for step in self.steps:
            if step.name == name:
                return step
        raise ValueError(f"step must be on the scorecard, got {name!r}")

    def frame(self):
        """A row a step: step, weight (points), share (of all points), critical, why, how."""
        whole = sum(step.weight for step in self.steps)
        rows = [(one.name, float(one.weight), one.weight / whole, one.critical, one.why, one.how) for one in self.steps]
        return pd.DataFrame(rows, columns=["step", "weight", "share", "critical", "why", "how"])


def load_scorecard(folder=None):
    """The Scorecard of a centre: its folder's `scorecard.toml`, else the twenty steps that come with the package.

    Raises ValueError in words for a file that cannot be used.

    >>> len(load_scorecard().steps), sum(step.weight for step in load_scorecard().steps)
    (20, 100)
    """
    file = Path(folder) / FILE_NAME if folder is not None else SHIPPED
    file = file if file.exists() else SHIPPED
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise ValueError(f"{file} cannot be read as a scorecard: {problem}") from None
    try:
        return _read(told)
    except ValueError as problem:
        raise ValueError(f"{file}: {problem}") from None


def _read(told):
    steps = told.get("steps")
    if not isinstance(steps, list) or not all(isinstance(one, dict) for one in steps):
        raise ValueError("steps must be written as [[steps]] with name and weight")
    allowed = set(Step.__dataclass_fields__)
    for one in steps:
        if strange := sorted(set(one) - allowed):
            raise ValueError(
                f"step {one.get('name', '')!r} has {', '.join(strange)}: known are {', '.join(sorted(allowed))}"
            )
        if lacking := [name for name in ("name", "weight") if name not in one]:
            raise ValueError(f"step {one.get('name', '')!r} needs {' and '.join(lacking)}")
    return Scorecard(tuple(Step(**one) for one in steps))
