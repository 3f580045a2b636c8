"""Charts of the data itself: when contacts come, which days stand out, whether two tables agree, patience."""

import altair as alt
import numpy as np
import pandas as pd

from . import theme
from .charts import long_date, show
from .tables import Words
from .theme import ACCENT, ALARM, CONTEXT, INK

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BLUES = ("#F3F7FA", "#C6DCEC", "#7FB2D6", "#2F86BD", "#0B4F80")  # one hue, light to dark: more contacts
SHOWN_WEEKS = 66  # of the chart by day: five quarters
NAMED_RUNS = 4    # stretches of days that differ and are named in the chart


# ---------------------------------------------------------------------------- weekday by time of day


def volume_chart(intervals, queue):
    """Mean contacts by weekday and hour, as a heat map with the numbers in it.

    `intervals` is the table of that name. Hours without a row are left white. Raises ValueError
    where the queue has no rows.
    """
    cells = volume_cells(intervals, queue)
    base = alt.Chart(cells).encode(
        x=alt.X("hour:O", title=None, axis=alt.Axis(labelExpr="format(datum.value, '02') + ':00'", labelAngle=0, orient="top", domain=False,
                                                    ticks=False, labelOverlap=True)),
        y=alt.Y("day:N", sort=DAYS, title=None))
    top = cells["contacts"].max()
    shade = alt.Color("contacts:Q", scale=alt.Scale(range=BLUES, domain=[top * i / 4 for i in range(5)]), legend=None)
    words = base.mark_text(fontSize=11).encode(text="words:N", color=alt.condition(f"datum.contacts > {0.78 * top}", alt.value("white"), alt.value(INK)))
    title = alt.TitleParams(volume_finding(cells), subtitle=f"{queue}: mean contacts per hour that came on such a day")
    return (base.mark_rect(stroke="white", strokeWidth=2).encode(color=shade) + words).properties(title=title, height=alt.Step(34), width=alt.Step(46 if cells["hour"].nunique() <= 16 else 31))


def volume_cells(intervals, queue):
    """Mean contacts per hour by weekday and hour: day, hour, contacts, words.

    >>> start = pd.Series(pd.date_range("2026-03-02 08:00", periods=4, freq="30min", tz="Europe/Helsinki"))
    >>> volume_cells(pd.DataFrame({"queue": "all", "start": start, "offered": [3, 5, 2, 2]}), "all")["contacts"].tolist()
    [8.0, 4.0]
    """
    rows = _of(intervals, queue)
    wall = rows["start"].dt.tz_localize(None)
    hours = rows["offered"].groupby([wall.dt.normalize(), wall.dt.hour]).sum().rename_axis(["date", "hour"]).reset_index()
    cells = hours.groupby([hours["date"].dt.day_of_week.rename("weekday"), "hour"])["offered"].mean().reset_index(name="contacts")
    cells = cells[cells["contacts"] > 0].reset_index(drop=True)
    return cells.assign(day=[DAYS[i] for i in cells["weekday"]], words=[f"{v:.0f}" if v >= 0.5 else "·" for v in cells["contacts"]])


def volume_finding(cells):
    """The busiest hour of the week in a sentence."""
    top = cells.loc[cells["contacts"].idxmax()]
    return f"Busiest on {top['day']}s from {top['hour']:02d}:00: {top['contacts']:,.0f} contacts in the hour"


def _of(intervals, queue):
    rows = intervals[intervals["queue"] == queue]
    if rows.empty:
        known = ", ".join(map(str, intervals["queue"].unique()))
        raise ValueError(f"queue must be one of {known}, got {queue!r}")
    return rows


# -------------------------------------------------------------------------------------------- by day


def calendar_chart(report, queue):
    """Contacts of every day, a column a week, with the days framed that are far from the usual or made up.

    `report` is a CheckReport with intervals. The last SHOWN_WEEKS weeks are drawn.
    """
    days = calendar_days(report, queue)
    x = alt.X("week:T", title=None, axis=alt.Axis(format="%b %Y", grid=False, domain=False, tickCount="month", labelOverlap=True))
    base = alt.Chart(days).encode(x=x, x2="until:T", y=alt.Y("day:N", sort=DAYS, title=None))
    shade = alt.Color("contacts:Q", scale=alt.Scale(range=BLUES, domain=_quarters(days["contacts"])), legend=None)
    cells = base.mark_rect(stroke="white", strokeWidth=1).encode(color=shade)
    odd = base.transform_filter("datum.odd").mark_rect(fillOpacity=0, stroke=ALARM, strokeWidth=2)
    gone = base.transform_filter("datum.gone").mark_rect(color=theme.PAPER, stroke=ALARM, strokeWidth=1, strokeDash=[2, 2])
    layers = [cells.transform_filter("!datum.gone"), gone, odd]
    subtitle = (f"{queue}: darker is more ({days['contacts'].min():,.0f} to {days['contacts'].max():,.0f} a day); "
                "framed: far from usual, or too smooth to be counted; dashed: open, but no row")
    return alt.layer(*layers).properties(title=alt.TitleParams(calendar_finding(days), subtitle=subtitle), height=7 * 22)


def _quarters(values):
    return [float(values.max()) * i / 4 for i in range(5)]


def calendar_days(report, queue):
    """A row a day from first to last: date, week, until, day, contacts, odd, gone (nothing where it is open), from a CheckReport."""
    rows = _of(report.frame("intervals"), queue)
    daily = rows.groupby(rows["start"].dt.tz_localize(None).dt.normalize())["offered"].sum()
    daily = daily.reindex(pd.date_range(daily.index.min(), daily.index.max()))
    daily = daily[daily.index > daily.index.max() - pd.Timedelta(weeks=SHOWN_WEEKS)]
    missing = daily.isna() & _open_days(report.centre, queue, daily.index)
    days = pd.DataFrame({"date": daily.index, "contacts": daily.to_numpy(float), "gone": missing.to_numpy(),
                         "odd": daily.index.isin(odd_days(report, queue))})
    days = days[days["contacts"].notna() | days["gone"]].reset_index(drop=True)
    week = days["date"] - pd.to_timedelta(days["date"].dt.day_of_week, unit="D")
    return days.assign(week=week, until=week + pd.Timedelta(days=7), day=[DAYS[i] for i in days["date"].dt.day_of_week])


def _open_days(centre, queue, days):
    noon = [centre.is_open(queue, pd.DatetimeIndex(days + pd.Timedelta(hours=hour)).tz_localize(centre.time_zone, nonexistent="shift_forward",
                                                                                                    ambiguous=True)) for hour in range(0, 24, 2)]
    return np.any(noon, axis=0)


def odd_days(report, queue):
    """Dates of a queue that the checks found far from usual or made up (warnings, holidays aside)."""
    found = report.findings
    rules = ("far from the same weekdays around", "counts must vary by chance")
    mine = found[found["rule"].isin(rules) & (found["queue"] == queue) & (found["severity"] == "warning")]
    return pd.DatetimeIndex([stamp.tz_localize(None) for stamp in mine["start"]])


def calendar_finding(days):
    """How many days stand out, in a sentence."""
    odd, gone = days[days["odd"]], int(days["gone"].sum())
    missing = f", {gone} open day{'s' * (gone != 1)} without a row" if gone else ""
    if odd.empty:
        return f"No day of {len(days):,} stands out{missing}"
    named = f"{long_date(odd['date'].iloc[-1])}" if len(odd) == 1 else f"the last on {long_date(odd['date'].iloc[-1])}"
    return f"{len(odd)} of {len(days):,} days stand{'s' * (len(odd) == 1)} out, {named}{missing}"


# ------------------------------------------------------------------------------------ two tables, one truth


def records_chart(report, queue):
    """Calls against the intervals' totals by day: the difference in percent.

    `report` is a CheckReport with both tables. Raises ValueError where a table is missing.
    """
    days = record_days(report, queue)
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%b %Y", tickCount="month", labelOverlap=True))
    base = alt.Chart(days).encode(x=x, y=alt.Y("difference:Q", title=None, axis=alt.Axis(labelExpr="datum.value == 0 ? 'alike' : format(datum.value, '+.0%')", tickCount=5)))
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=theme.RULE).encode(y=alt.Y("zero:Q", title=None))
    dots = base.mark_point(filled=True, opacity=1).encode(color=alt.condition("datum.apart", alt.value(ALARM), alt.value("#8C959F")),
                                                          size=alt.condition("datum.apart", alt.value(50), alt.value(12)))
    names = alt.Chart(_runs(days)).mark_text(align="left", dx=9, baseline="middle", color=INK).encode(x=x, y=alt.Y("difference:Q", title=None), text="words:N")
    title = alt.TitleParams(records_finding(days), subtitle=f"{queue}: contacts in the calls against those in the intervals, by day")
    return (zero + dots + names).properties(title=title, height=220)


def record_days(report, queue):
    """A row a day that both tables cover: date, records, table, difference, apart, size."""
    calls, intervals = report.frame("calls"), report.frame("intervals")
    if calls is None or intervals is None:
        raise ValueError("calls and intervals cannot be compared: one of the tables is not there")
    both = pd.DataFrame({"records": _daily(calls, queue, "arrived", None), "table": _daily(intervals, queue, "start", "offered")})
    both = both.loc[both["records"].first_valid_index():both["records"].last_valid_index()].fillna(0)
    both = both[(both["table"] > 0) | (both["records"] > 0)].rename_axis("date").reset_index()
    gap = both["records"] - both["table"]
    share = gap / both["table"].where(both["table"] > 0, both["records"])
    apart = gap.abs() > np.maximum(2, 0.01 * both["table"])
    return both.assign(difference=share, apart=apart, size=share.abs())


def _runs(days):
    """One label for days that differ within the same week: from when to when; the NAMED_RUNS largest."""
    bad = days[days["apart"]]
    run = (bad["date"].diff() > pd.Timedelta(days=3)).cumsum()
    rows = [{"date": one["date"].iloc[-1], "difference": one["difference"].mean(), "size": one["size"].max(), "words": _when(one["date"])}
            for _, one in bad.groupby(run)]
    named = pd.DataFrame(rows, columns=["date", "difference", "size", "words"])
    return named.sort_values("size", ascending=False).head(NAMED_RUNS)


def _when(dates):
    first, last = (f"{day.day} {day:%B %Y}" for day in (dates.iloc[0], dates.iloc[-1]))
    return first if len(dates) == 1 else f"{first.split(' ')[0]} to {last}" if first.split(" ")[1:] == last.split(" ")[1:] else f"{first} to {last}"


def _daily(frame, queue, column, counts):
    mine = frame[frame["queue"] == queue]
    day = mine[column].dt.tz_localize(None).dt.normalize()
    return (mine[counts].groupby(day).sum() if counts else day.groupby(day).size()).astype(float)


def records_finding(days):
    """On how many days the tables agree, in a sentence."""
    apart = int(days["apart"].sum())
    if not apart:
        return f"Calls and intervals agree on all {len(days):,} days"
    worst = days.loc[days["size"].idxmax()]
    share = f"{worst['difference']:+.0%}".replace("-", "\u2212")
    return f"Calls and intervals differ on {apart} of {len(days):,} days, most on {long_date(worst['date'])}: {share}"


# ------------------------------------------------------------------------------------------ patience


def patience_chart(calls):
    """How long callers would wait: the curve of the data beside the right exponential and the naive one.

    `calls` is the table of that name, of one queue. Raises ValueError where nobody hung up.
    """
    from ..data.evidence import estimates

    curve, right, naive = estimates.still_waiting(calls), estimates.patience(calls), estimates.naive_patience(calls)
    seen = curve[curve["at_risk"] >= 50]
    end = float((seen if len(seen) > 1 else curve)["wait_s"].max())
    lines = _models(np.linspace(0, end, 120), right.estimate, naive.estimate)
    seen = pd.concat([pd.DataFrame({"wait_s": [0.0], "still_waiting": [1.0], "low": [1.0], "high": [1.0]}), curve[curve["wait_s"] <= end]])
    x = alt.X("wait_s:Q", title="wait, seconds", scale=alt.Scale(domain=[0, end], nice=False))
    y = alt.Y("still_waiting:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    band = alt.Chart(seen).mark_area(interpolate="step-after", color=CONTEXT).encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q")
    steps = alt.Chart(seen).mark_line(interpolate="step-after", color=INK, strokeWidth=1.5).encode(x=x, y=y)
    models = [alt.Chart(lines[lines["line"] == name]).mark_line(color=colour, strokeWidth=2, strokeDash=list(dash)).encode(x=x, y=y)
              for name, colour, dash in (("right", ACCENT, ()), ("naive", ALARM, (4, 3)))]
    title = alt.TitleParams(patience_finding(right, naive), subtitle="share of callers who would still wait if nobody answered")
    return alt.layer(band, *models, steps, _curve_names(seen, lines, end, right, naive)).properties(title=title, height=280, width=600)


def _models(waits, right, naive):
    return pd.concat([pd.DataFrame({"wait_s": waits, "still_waiting": np.exp(-waits / mean), "line": name})
                      for name, mean in (("right", right), ("naive", naive))])


def _curve_names(seen, lines, end, right, naive):
    """Each line's name at its right end, moved apart."""
    ends = lines.groupby("line")["still_waiting"].last()
    rows = pd.DataFrame({"at": [seen["still_waiting"].iloc[-1], ends["right"], ends["naive"]], "colour": [INK, ACCENT, ALARM], "end": end,
                         "words": ["the data (Kaplan–Meier)", f"mean {right.estimate:,.0f} s (max. likelihood)", f"mean {naive.estimate:,.0f} s (naive: wrong)"]})
    rows = rows.sort_values("at")
    at = rows["at"].to_numpy(float).copy()
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + 0.07)
    text = alt.Chart(rows.assign(at=at)).mark_text(align="left", dx=8, baseline="middle")
    return text.encode(x="end:Q", y=alt.Y("at:Q", title=None), text="words:N", color=alt.Color("colour:N", scale=None))


def patience_finding(right, naive):
    """What patience is and what it is taken for, in a sentence."""
    return f"Callers would wait {right.estimate:,.0f} s on average, not the {naive.estimate:,.0f} s of those who hung up"


# ------------------------------------------------------------------------- where a table may be missing


def records_picture(report, queue):
    """`records_chart` as a Picture, or a sentence where there is nothing to compare."""
    return _picture(lambda: records_chart(report, queue))


def patience_picture(report, queue):
    """`patience_chart` of a report's calls as a Picture, or a sentence where patience leaves no trace."""
    calls = report.frame("calls")
    if calls is None:
        return Words("There are no single calls in this folder, so the curve of patience cannot be drawn.")
    return _picture(lambda: patience_chart(calls[calls["queue"] == queue]))


def _picture(chart):
    try:
        return show(chart())
    except ValueError as problem:
        words = str(problem)
        return Words(words[0].upper() + words[1:] + ".")
