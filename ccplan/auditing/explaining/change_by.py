"""Why a mean changed: the groups that came and went, the mix of those that stayed, and what changed within each.

    after − before = Σ new share × (own − those that stayed, after) + Σ gone share × (those that stayed, before − own)
                     + Σ staying (Δ share × (mean of own − mean of all)  [mix]  +  mean share × Δ own  [within])

shares of the last line among those that stayed; a mean of two quarters is their midpoint. The parts add up exactly.

Source: Melitz & Polanec (2015), Dynamic Olley-Pakes productivity decomposition with entry and exit, RAND Journal of
Economics 46, for what comes and goes; Kitagawa (1955), JASA 50, for mix and within.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.given import given_table

SECONDS = ("talk_s", "hold_s", "acw_s")
NOT_TOLD = "(not told)"
COLUMNS = (
    "group",
    "kind",
    "n_before",
    "n_after",
    "share_before",
    "share_after",
    "value_before",
    "value_after",
    "mix",
    "within",
    "effect",
)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A mean over answered contacts: `needs` columns, `of` a frame → Series (nan where not told), `better` "lower"
    or "higher".

    `material` is the least change worth telling: a share of the value before where `relative`, else in its own unit.
    """

    name: str
    label: str
    needs: tuple
    of: Callable
    better: str
    material: float
    relative: bool = False

    def worse(self, change):
        """The change, counted so that above 0 is worse."""
        return change if self.better == "lower" else -change

    def matters(self, before, change):
        """Whether a change for the worse is as large as is worth telling."""
        return self.worse(change) >= self.material * (abs(before) if self.relative else 1.0)


def _handle(calls):
    return calls[[name for name in SECONDS if name in calls]].sum(axis=1, min_count=1)


MEASURES = {one.name: one for one in (
    Measure(name="aht_s", label="handle time", needs=("talk_s",), of=_handle, better="lower", material=0.05, relative=True),
    Measure(name="resolved", label="resolution", needs=("resolved",), of=lambda calls: calls["resolved"].astype("Float64").astype(float),
            better="higher", material=0.02),
    Measure(name="transferred", label="transfers", needs=("transferred",), of=lambda calls: calls["transferred"].astype("Float64").astype(float),
            better="lower", material=0.02),
)}  # fmt: skip

TENURES = (
    ("first 3 months", 0, 91),
    ("3 to 12 months", 91, 365),
    ("over a year", 365, np.inf),
)  # days since they were hired


def _team(calls, agents):
    return calls["agent"].map(agents.drop_duplicates("agent").set_index("agent")["team"])


def _tenure(calls, agents):
    hired = calls["agent"].map(agents.drop_duplicates("agent").set_index("agent")["hired"])
    days = (calls["arrived"].dt.tz_localize(None) - hired).dt.days
    return pd.cut(
        days, [-np.inf, *(end for _, _, end in TENURES)], right=False, labels=[name for name, _, _ in TENURES]
    )


def _hour(calls, agents):
    return pd.Series(
        pd.Categorical.from_codes(calls["arrived"].dt.hour, [f"{hour:02d}:00" for hour in range(24)]), calls.index
    )


DIMENSIONS = {  # name → (columns of calls, columns of agents, group of each call)
    "reason": (("reason",), (), lambda calls, agents: calls["reason"]),
    "team": (("agent",), ("agent", "team"), _team),
    "tenure": (("agent", "arrived"), ("agent", "hired"), _tenure),
    "hour": (("arrived",), (), _hour),
}


def groups(calls, dimension, agents=None):
    """The group of each contact by a dimension (see DIMENSIONS), text; ValueError naming what the tables lack."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"dimension must be one of {', '.join(DIMENSIONS)}, got {dimension!r}")
    of_calls, of_agents, group = DIMENSIONS[dimension]
    lacking = [f"calls.{name}" for name in of_calls if name not in calls]
    lacking += [f"agents.{name}" for name in of_agents if agents is None or name not in agents]
    if lacking:
        raise ValueError(f"by {dimension}: the tables do not tell {', '.join(lacking)}")
    given_table(calls, "calls", keys=of_calls, times={"arrived"} & set(of_calls))
    return group(calls, agents).astype("str").fillna(NOT_TOLD)


def change_by(before, after, measure="aht_s", dimension="reason", agents=None):
    """What each group did to the change of a measure from one frame of answered calls to another; the effects add
    up to it.

    A row a group, the largest effect first: kind (new, gone or stayed), n, share and value before and after, mix and
    within (0 for those that came or went; their whole effect stands in mix), effect in the measure's unit. Raises
    ValueError in words where a column is missing or a side has no contact that tells the measure.

    >>> before = pd.DataFrame({"reason": ["a", "b"], "talk_s": [100.0, 200.0]})
    >>> after = pd.DataFrame({"reason": ["a", "b", "c", "c"], "talk_s": [100.0, 210.0, 500.0, 500.0]})
    >>> change_by(before, after)[["group", "kind", "mix", "within"]].values.tolist()   # 150 → 327.5; a and b: 155
    [['c', 'new', 172.5, 0.0], ['b', 'stayed', 0.0, 5.0], ['a', 'stayed', 0.0, 0.0]]
    """
    one = _measure(measure)
    sides = [_sums(calls, one, dimension, agents, side) for calls, side in ((before, "before"), (after, "after"))]
    table = pd.concat(sides, axis=1, keys=["before", "after"]).fillna(0.0)
    n, total = (pd.DataFrame({side: table[side][column] for side in ("before", "after")}) for column in ("n", "total"))
    value = total / n.where(n > 0)
    stays = (n > 0).all(axis=1)
    share, among = n / n.sum(), n.where(stays, 0.0) / (n[stays].sum() if stays.any() else 1.0)
    mean = total[stays].sum() / n[stays].sum() if stays.any() else total.sum() / n.sum()  # of those that stayed
    middle = value.mean(axis=1) - mean.mean()
    mix = ((among["after"] - among["before"]) * middle).where(stays, 0.0)
    within = (among.mean(axis=1) * (value["after"] - value["before"])).where(stays, 0.0)
    mix = mix.mask(~stays & (n["after"] > 0), share["after"] * (value["after"] - mean["after"]))
    mix = mix.mask(~stays & (n["before"] > 0), share["before"] * (mean["before"] - value["before"]))
    if not stays.any():
        mix = _unlike(share, value)
    kind = np.where(stays, "stayed", np.where(n["after"] > 0, "new", "gone"))
    found = pd.DataFrame(
        {
            "kind": kind,
            "n_before": n["before"],
            "n_after": n["after"],
            "share_before": share["before"],
            "share_after": share["after"],
            "value_before": value["before"],
            "value_after": value["after"],
            "mix": mix + 0.0,
            "within": within,
            "effect": mix + within,
        }
    )
    found = found.rename_axis("group").reset_index()[list(COLUMNS)]
    return found.loc[found["effect"].abs().sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _unlike(share, value):
    """Where no group stayed, each stands for its own share of the two means."""
    parts = (share * value).fillna(0.0)
    return parts["after"] - parts["before"]


def _measure(name):
    if name not in MEASURES:
        raise ValueError(f"measure must be one of {', '.join(MEASURES)}, got {name!r}")
    return MEASURES[name]


def told(calls, measure):
    """The answered calls that tell a measure, with it in the column `value`; ValueError naming a missing column."""
    one = _measure(measure) if isinstance(measure, str) else measure
    lacking = [name for name in one.needs if name not in calls]
    if lacking:
        raise ValueError(f"{one.label}: calls do not tell {', '.join(lacking)}")
    given_table(calls, "calls", numbers=one.needs, perhaps=SECONDS)
    rows = calls[calls["outcome"].eq("answered")] if "outcome" in calls else calls
    rows = rows.assign(value=one.of(rows))
    return rows[rows["value"].notna()]


def _sums(calls, one, dimension, agents, side):
    rows = told(calls, one)
    if rows.empty:
        raise ValueError(f"{one.label}: no answered contact tells it in the quarter {side}")
    by = groups(rows, dimension, agents)
    sums = rows["value"].groupby(by.to_numpy(), sort=True).agg(["size", "sum"])
    return sums.set_axis(["n", "total"], axis=1).astype(float)


def sound_days(calls, intervals, least=0.10):
    """The calls without the days on which they and the switch's intervals part, and those days: a SoundCalls.

    A day of a queue is left out where answered contacts or their handle seconds differ from those of the intervals by
    more than `least` (a share), and by more than chance of whole contacts: a failing recorder makes no news.
    """
    day = calls["arrived"].dt.tz_localize(None).dt.normalize()
    answered = calls["outcome"].eq("answered") if "outcome" in calls else pd.Series(True, calls.index)
    seconds = _handle(calls).where(answered, 0.0) if set(SECONDS) & set(calls) else pd.Series(0.0, calls.index)
    mine = _by_day(answered.astype(float), seconds, calls["queue"], day)
    if intervals is None or "answered" not in intervals:
        return SoundCalls(calls, pd.DataFrame(columns=["queue", "day"]))
    when = intervals["start"].dt.tz_localize(None).dt.normalize()
    work = intervals[[name for name in SECONDS if name in intervals]].sum(axis=1)
    theirs = _by_day(intervals["answered"], work, intervals["queue"], when)
    both = mine.join(theirs, rsuffix="_told", how="inner")
    off = pd.Series(False, both.index)
    for name in ("answered", "seconds"):
        gap, whole = (both[name] - both[name + "_told"]).abs(), both[name + "_told"]
        unit = whole / both["answered_told"].clip(lower=1)  # what one contact is worth
        off |= (whole > 0) & (gap > least * whole) & (gap > 3 * unit)
    bad = both.index[off]
    keep = (
        ~pd.MultiIndex.from_arrays([calls["queue"].astype(str), day], names=bad.names).isin(bad)
        if len(bad)
        else slice(None)
    )
    return SoundCalls(calls[keep], bad.to_frame(index=False))


def _by_day(answered, seconds, queue, day):
    sums = pd.DataFrame({"answered": answered.to_numpy(float), "seconds": seconds.to_numpy(float)})
    return sums.groupby([queue.astype(str).to_numpy(), day.to_numpy()]).sum().rename_axis(["queue", "day"])


@dataclass(frozen=True)
class SoundCalls:
    """Calls of days that agree with the intervals, and the days (queue, day) that were left out."""

    calls: pd.DataFrame
    left_out: pd.DataFrame
