"""One KPI at a time, cut as somebody asks: its quarter and those before, its course, its hours. What was measured is kept."""

from dataclasses import dataclass

import pandas as pd

from ..kpis import kpi_of, target_of
from ..measuring.measure import measure
from ..measuring.shelf import KNOWN, Shelf
from .signals import xmr
from .standing import _status, held_against

GRAINS = ("day", "week", "month", "quarter")  # the finest first
BEFORE = {"day": 1, "week": 4, "month": 4, "quarter": 4}  # quarters that tell what is usual
FEWEST = 3   # points before the quarter, without which no limits are drawn
KEPT = 400   # measurements


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A KPI of a quarter: `now` (a row: value, low, high, n, top, bottom, target, status), `then` and `year_ago` (rows: then,
    then_change, then_low, then_high, then_told), its `course` (time, value, n, now, and the chart's centre, lower, upper,
    rules), its `hours` (weekday, hour, value, n) and `day_hours` (hour, value, n, low, high); `grain` as it could be had."""

    kpi: object
    queue: str
    grain: str
    variant: str
    now: pd.Series
    then: pd.Series
    year_ago: pd.Series
    course: pd.DataFrame
    hours: pd.DataFrame
    day_hours: pd.DataFrame


class Cuts:
    """The measurements of an Evidence's quarter, each made once."""

    def __init__(self, evidence):
        self.evidence, self.quarter, self.kept = evidence, evidence.quarter, {}
        self.shelf = Shelf(evidence)  # stays open: the tables are handed to the engine once, not for every question
        self.tables = {name: self.shelf.table(name) for name in self.shelf.names if name in KNOWN}

    def cells(self, kpi, by, start, end):
        """A measurement of one KPI over a time; a column queue where `by` has none ("" the whole centre)."""
        key = (kpi.key, tuple(sorted(kpi.chosen.items())), tuple(by), start, end)
        if key not in self.kept:
            if len(self.kept) > KEPT:
                self.kept.clear()
            frame = measure(self.tables, [kpi], by=by, centre=self.evidence.centre, start=start, end=end)
            self.kept[key] = frame.assign(queue=frame["queue"].astype(str) if "queue" in by else "")
        return self.kept[key]

    def known(self):
        """Keys of the KPIs that the quarter's tables can tell, as the registry orders them."""
        if "known" not in self.kept:
            found = measure(self.tables, by=["quarter"], centre=self.evidence.centre, quarter=self.quarter)
            self.kept["known"] = list(dict.fromkeys(found.loc[found["value"].notna(), "kpi"]))
        return self.kept["known"]

    def cut(self, kpi="service_level", *, queue="", grain="week"):
        """The Cut of a KPI (a key, or one with options chosen) and queue ("" the whole centre), its course by day, week or month.

        Where a table is told by longer times, so is the course. Raises ValueError in words where it cannot be had of a queue.
        """
        kpi, split = kpi_of(kpi), ["queue"] if queue else []
        try:
            quarters = self._mine(kpi, [*split, "quarter"], _back(self.quarter, 4).first, self.quarter.end, queue)
        except ValueError as problem:
            raise ValueError(f"{kpi.name} is not known of one queue by itself: choose all queues" if queue else str(problem)) from None
        grain, course = self._course(kpi, split, queue, grain)
        now = quarters[quarters["quarter"] == str(self.quarter)].reset_index(drop=True)
        if now.empty or now["value"].isna().all():
            raise ValueError(f"{kpi.name} of {queue or 'the centre'} has no value in {self.quarter}")
        target = target_of(kpi, self.evidence.centre, queue or None) if kpi.chosen == {} or kpi.key == "service_level" else None
        row = now.iloc[0].copy()
        row["target"] = float("nan") if target is None else float(target)
        row["status"] = _status(row)
        weeks = self._weeks(kpi, split, queue)
        then, year_ago = (held_against(now.head(1), quarters, weeks, self.quarter, other).iloc[0] for other in (self.quarter.previous, self.quarter.year_ago))
        return Cut(kpi=kpi, queue=queue, grain=grain, variant=str(row["variant"]), now=row, then=then, year_ago=year_ago, course=course,
                   hours=self._hours(kpi, ["weekday", "hour"], queue), day_hours=self._hours(kpi, ["hour"], queue))

    def _mine(self, kpi, by, start, end, queue):
        cells = self.cells(kpi, by, start, end)
        return cells[cells["queue"] == queue].reset_index(drop=True)

    def _course(self, kpi, split, queue, grain):
        """(grain, frame): the finest course from the asked one on that the tables can tell."""
        grains = GRAINS[GRAINS.index(grain):]
        for one in grains:
            try:
                return one, self._charted(kpi, split, queue, one)
            except ValueError:
                if one == grains[-1]:
                    raise
        raise AssertionError("never reached")

    def _charted(self, kpi, split, queue, grain):
        first, margin = _back(self.quarter, BEFORE[grain]).first, pd.Timedelta(days=7 if grain == "week" else 0)
        rows = self._mine(kpi, [*split, grain], first - margin, self.quarter.end + margin, queue).rename(columns={grain: "time"})
        if grain == "quarter":
            rows["time"] = [pd.Period(words, "Q").start_time for words in rows["time"]]
        rows["middle"] = rows["time"] + pd.Timedelta(days=3 if grain == "week" else 0)  # a week belongs to the quarter of its Thursday
        rows = rows[(rows["middle"] >= first) & (rows["middle"] < self.quarter.end)].sort_values("time", ignore_index=True)
        rows["now"] = rows["middle"] >= self.quarter.first
        return _limits(rows, kpi, by_weekday=grain == "day")[["time", "value", "n", "low", "high", "now", "centre", "lower", "upper", "rules"]]

    def _weeks(self, kpi, split, queue):
        """The weeks that say how surely two quarters differ; none where the tables have no weeks."""
        columns = ["kpi", "queue", "week", "top", "bottom"]
        try:
            start, end = _back(self.quarter, 4).first, self.quarter.end
            rows = self._mine(kpi, [*split, "week"], start - pd.Timedelta(days=7), end + pd.Timedelta(days=7), queue)
        except ValueError:
            rows = pd.DataFrame(columns=columns).astype({"week": "datetime64[us]", "top": float, "bottom": float})
        return rows[columns].assign(touched=False)

    def _hours(self, kpi, by, queue):
        """By hour; no row where the tables have no hours."""
        try:
            return self._mine(kpi, [*(["queue"] if queue else []), *by], self.quarter.first, self.quarter.end, queue)[[*by, "value", "n", "low", "high"]]
        except ValueError:
            return pd.DataFrame(columns=[*by, "value", "n", "low", "high"], dtype=float)


def _back(quarter, number):
    for _ in range(number):
        quarter = quarter.previous
    return quarter


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
