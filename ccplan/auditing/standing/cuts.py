"""One KPI at a time, cut as somebody asks: its quarter and those before, its course, its hours. What was measured
is kept.
"""

from dataclasses import dataclass

import pandas as pd

from ..kpis import kpi_of, target_of
from ..measuring.kpi import KPI
from ..measuring.measure import measure, measure_cuts
from ..measuring.shelf import Shelf
from .signals import xmr
from .standing import errors_by_quarter, held_against, status_of

GRAINS = ("day", "week", "month", "quarter")  # the finest first
BEFORE = {"day": 1, "week": 4, "month": 4, "quarter": 4}  # quarters that tell what is usual
FEWEST = 3  # points before the quarter, without which no limits are drawn
KEPT = 400  # measurements
HOURS = (("weekday", "hour"), ("hour",))
WEEK = pd.Timedelta(days=7)
NO_WEEKS = pd.DataFrame(columns=["kpi", "queue", "week", "top", "bottom"]).astype(
    {"week": "datetime64[us]", "top": float, "bottom": float}
)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A KPI of a quarter: `now` (a row: value, low, high, n, top, bottom, target, status), `then` and `year_ago`
    (rows: then, then_change, then_low, then_high, then_told), its `course` (time, value, n, now, and the chart's
    centre, lower, upper, rules), its `hours` (weekday, hour, value, n) and `day_hours` (hour, value, n, low, high),
    None where they were not asked for; `grain` as it could be had."""

    kpi: KPI
    queue: str
    grain: str
    variant: str
    now: pd.Series
    then: pd.Series
    year_ago: pd.Series
    course: pd.DataFrame
    hours: pd.DataFrame | None
    day_hours: pd.DataFrame | None


class Cuts:
    """The measurements of an Evidence's quarter, each made once."""

    def __init__(self, evidence):
        self.evidence, self.quarter, self.kept = evidence, evidence.quarter, {}
        self.shelf = Shelf(evidence, keeps=True)  # stays open: the engine is handed the tables once

    def cells(self, kpi, split, cuts, start, end):
        """{time: measurement} of one KPI by times that rest on one step, from one pass; a column queue where
        `split` has none ("" the whole centre).
        """
        key = _key(kpi, split, cuts)
        if key not in self.kept:
            if len(self.kept) > KEPT:
                self.kept.clear()
            try:
                frames = measure_cuts(
                    self.shelf, kpi, [[*split, *by] for by in cuts], centre=self.evidence.centre, start=start, end=end
                )
            except ValueError as problem:  # kept as well: it will not go another time either
                self.kept[key] = problem
                raise
            self.kept[key] = {
                by: frame.assign(queue=frame["queue"].astype(str) if split else "")
                for by, frame in zip(cuts, frames, strict=True)
            }
        if isinstance(self.kept[key], ValueError):
            raise self.kept[key]
        return self.kept[key]

    def hours_known(self, kpi, queue):
        """Whether what is told by the hour has been measured."""
        return _key(kpi_of(kpi), ["queue"] if queue else [], HOURS) in self.kept

    def known(self):
        """Keys of the KPIs that the quarter's tables can tell, as the registry orders them."""
        if "known" not in self.kept:
            found = measure(self.evidence, by=["quarter"], centre=self.evidence.centre, quarter=self.quarter)
            self.kept["known"] = list(dict.fromkeys(found.loc[found["value"].notna(), "kpi"]))
        return self.kept["known"]

    def cut(self, kpi="service_level", *, queue="", grain="week", hours=True):
        """The Cut of a KPI (a key, or one with options chosen) and queue ("" the whole centre), its course by day,
        week or month.

        Where a table is told by longer times, so is the course. `hours=False` leaves out what is told by the hour,
        a pass of its own. Raises ValueError in words where it cannot be had of a queue.
        """
        kpi = kpi_of(kpi)
        if grain not in GRAINS:
            raise ValueError(f"grain must be one of {', '.join(GRAINS)}, got {grain!r}")
        try:
            times = self._times(kpi, queue)
        except ValueError as problem:
            raise ValueError(
                f"{kpi.name} is not known of one queue by itself: choose all queues" if queue else str(problem)
            ) from None
        quarters = times["quarter"]
        now = quarters[quarters["quarter"] == str(self.quarter)].reset_index(drop=True)
        if now.empty or now["value"].isna().all():
            raise ValueError(f"{kpi.name} of {queue or 'the centre'} has no value in {self.quarter}")
        promised = not kpi.chosen or kpi.key == "service_level"
        target = target_of(kpi, self.evidence.centre, queue or None) if promised else None
        row = now.iloc[0].copy()
        row["target"] = float("nan") if target is None else float(target)
        row["status"] = status_of(row)
        grain = next(one for one in GRAINS[GRAINS.index(grain) :] if one in times)
        then, year_ago = self._held(now.head(1), times)
        by_hour = self._hours(kpi, queue) if hours else dict.fromkeys(HOURS)
        return Cut(
            kpi=kpi,
            queue=queue,
            grain=grain,
            variant=str(row["variant"]),
            now=row,
            then=then,
            year_ago=year_ago,
            course=self._charted(times, kpi, grain),
            hours=by_hour[HOURS[0]],
            day_hours=by_hour[HOURS[1]],
        )

    def _times(self, kpi, queue):
        """{quarter, week, day or month: rows} as fine as the tables can tell, the rows of the queue."""
        first, end, split = self.quarter.before(4).first, self.quarter.end, ["queue"] if queue else []
        try:
            by = (("quarter",), ("week",), ("day",))
            found = self.cells(kpi, split, by, first - WEEK, end + WEEK)  # whole weeks at both ends
        except ValueError:
            found = self.cells(kpi, split, (("quarter",), ("month",)), first, end)
        return {name: _mine(rows, queue) for (name,), rows in found.items()}

    def _held(self, now, times):
        """(row against the quarter before, row against the quarter a year ago); the weeks say how surely quarters
        differ.
        """
        weeks = times.get("week", NO_WEEKS)
        errors = errors_by_quarter(weeks[["kpi", "queue", "week", "top", "bottom"]].assign(touched=False))
        return tuple(
            held_against(now, times["quarter"], errors, self.quarter, other).iloc[0]
            for other in (self.quarter.previous, self.quarter.year_ago)
        )

    def _charted(self, times, kpi, grain):
        """The course by a grain, from as many quarters as tell what is usual."""
        first, rows = self.quarter.before(BEFORE[grain]).first, times[grain].rename(columns={grain: "time"})
        if grain == "quarter":
            rows["time"] = [pd.Period(words, "Q").start_time for words in rows["time"]]
        to_middle = 3 if grain == "week" else 0  # a week belongs to the quarter of its Thursday
        rows["middle"] = rows["time"] + pd.Timedelta(days=to_middle)
        rows = rows[(rows["middle"] >= first) & (rows["middle"] < self.quarter.end)].sort_values(
            "time", ignore_index=True
        )
        rows["now"] = rows["middle"] >= self.quarter.first
        return _limits(rows, kpi, by_weekday=grain == "day")[
            ["time", "value", "n", "low", "high", "now", "centre", "lower", "upper", "rules"]
        ]

    def _hours(self, kpi, queue):
        """{times: rows} by hour; no row where the tables have no hours."""
        try:
            found = self.cells(kpi, ["queue"] if queue else [], HOURS, self.quarter.first, self.quarter.end)
            return {by: _mine(rows, queue)[[*by, "value", "n", "low", "high"]] for by, rows in found.items()}
        except ValueError:
            return {by: pd.DataFrame(columns=[*by, "value", "n", "low", "high"], dtype=float) for by in HOURS}


def _key(kpi, split, cuts):
    return kpi.key, tuple(sorted(kpi.chosen.items())), tuple(split), cuts


def _mine(rows, queue):
    return rows[rows["queue"] == queue].reset_index(drop=True)


def _limits(rows, kpi, by_weekday):
    """The course with natural limits from the points before the quarter; days are held against the same weekday's."""
    parts = rows.groupby(rows["time"].dt.weekday) if by_weekday else [(0, rows)]
    charts = [_chart(part, kpi) for _, part in parts]
    made = pd.concat(charts).sort_index() if charts else rows
    return rows.join(made[["centre", "lower", "upper", "rules"]])


def _chart(part, kpi):
    try:
        if (~part["now"]).sum() < FEWEST:
            raise ValueError("too few")
        return xmr(part["value"], ~part["now"].to_numpy(bool), possible=(kpi.low, kpi.high))
    except ValueError:  # too few neighbours to tell what is usual
        return part[["value"]].assign(centre=float("nan"), lower=float("nan"), upper=float("nan"), rules="")


def variants_of(kpi):
    """{words: KPI}: a KPI as usual, then with each other choice of each of its options."""
    kpi = kpi_of(kpi)
    found = {"as usual": kpi}
    for name, option in kpi.options.items():
        for value in option.words:
            if value != option.default:
                one = kpi.with_(**{name: value})
                found.setdefault(one.variant(), one)
    return found
