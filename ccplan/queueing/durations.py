"""How long a call or a caller's patience lasts: distributions as data, for the simulation.

Wherever one is asked for, a plain number of seconds is the mean of an exponential distribution.
"""

from dataclasses import dataclass

import numpy as np

from .inputs import floats


@dataclass(frozen=True)
class Exponential:
    """Memoryless, with a mean in seconds (one number, or one an interval of arrival); inf: never ends."""

    mean_s: float | tuple

    def __post_init__(self):
        floats("mean_s", self.mean_s)


@dataclass(frozen=True)
class Lognormal:
    """Lognormal with a mean (s, as in `Exponential`) and cv = standard deviation ÷ mean, often 0.5–1.2 for calls.

    >>> Lognormal(300, cv=0.8).mean_s
    300
    """

    mean_s: float | tuple
    cv: float

    def __post_init__(self):
        floats("mean_s", self.mean_s, open_high=True)
        if np.ndim(self.cv):
            raise ValueError(f"cv must be one number, got {self.cv!r}")
        floats("cv", self.cv, high=100.0)


@dataclass(frozen=True)
class Constant:
    """Always the same seconds (one number, or one an interval of arrival); inf: never ends."""

    mean_s: float | tuple

    def __post_init__(self):
        floats("mean_s", self.mean_s)


@dataclass(frozen=True)
class Sample:
    """Drawn, with replacement, from measured seconds.

    >>> Sample([60, 120, 300]).mean_s
    160.0
    """

    values: tuple

    def __post_init__(self):
        values = np.ravel(floats("sample values", self.values, open_high=True))
        if not values.size:
            raise ValueError("a sample must hold one value at least, got none")
        object.__setattr__(self, "values", tuple(values.tolist()))

    @property
    def mean_s(self):
        """Their mean in seconds."""
        return float(np.mean(self.values))


def coded(name, duration, intervals):
    """The distribution as the compiled simulation reads it: kind, shape, scale by interval, values of a sample."""
    from .call_by_call import CONSTANT, EXPONENTIAL, LOGNORMAL, SAMPLE

    if isinstance(duration, Sample):
        return SAMPLE, 0.0, np.ones(intervals), np.array(duration.values)
    given = duration if isinstance(duration, (Exponential, Lognormal, Constant)) else Exponential(_mean(name, duration))
    scale = np.atleast_1d(np.asarray(given.mean_s, float))
    if scale.ndim > 1 or scale.size not in (1, intervals):
        raise ValueError(
            f"{name} must be one number, or one an interval, got shape {scale.shape} for {intervals} intervals"
        )
    scale = np.broadcast_to(scale, intervals).copy()
    if isinstance(given, Lognormal):
        return LOGNORMAL, float(np.sqrt(np.log1p(given.cv**2))), scale, np.zeros(1)
    if isinstance(given, Constant) or np.isinf(scale).all():
        return CONSTANT, 0.0, scale, np.zeros(1)
    return EXPONENTIAL, 0.0, np.where(np.isinf(scale), 1e300, scale), np.zeros(1)


def _mean(name, value):
    """A number or numbers, checked under the name of what it is for."""
    array = floats(name, value)
    return tuple(array.tolist()) if array.ndim else float(array)
