"""Charts of the data itself: when contacts come, which days stand out, whether two tables agree, patience."""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from .. import theme
from ..charts import _apart, long_date, show
from ..panels.saying import sentence
from ..tables import Words
from ..theme import ACCENT, ALARM, CONTEXT, INK

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BLUES = ("#F3F7FA", "#D3E4F0", "#9CC5E0", "#58A0CD", "#0B4F80")  # one hue, light to dark: more contacts
SHOWN_WEEKS = 66  # of the chart by day: five quarters
NAMED_RUNS = 4  # stretches of days that differ and are named in the chart
ALIKE = 0.2  # days whose difference is that close are one stretch
ODD_RULES = ("far from the same weekdays around", "counts must vary by chance")
TITLE_LETTERS, SUBTITLE_LETTERS = 38, 58  # of a line, some 350 pixels
BINS = 60  # of the histogram of handle times


def _title(finding, subtitle):
    """A title that begins where the prose above it does, in lines that a telephone shows whole."""
    return alt.TitleParams(wrap(finding, TITLE_LETTERS), subtitle=wrap(subtitle, SUBTITLE_LETTERS), frame="bounds")


def _mixed(share):
    """The colour of BLUES at a share of the largest value, as #RRGGBB."""
    place = min(max(share, 0.0), 1.0) * (len(BLUES) - 1)
    low = min(int(place), len(BLUES) - 2)
    ends = [[int(BLUES[i][j : j + 2], 16) for j in (1, 3, 5)] for i in (low, low + 1)]
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02X}" for a, b in zip(*ends, strict=True))


def _luminance(colour):
    """Relative luminance of #RRGGBB; source: WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def _on(colour):
    """Black or white, whichever is read better on a colour: never below 4.5 : 1."""
    light = _luminance(colour)
    return "#FFFFFF" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


# ---------------------------------------------------------------------------- weekday by time of day


def volume_chart(intervals, queue):
    """Mean contacts by weekday and hour, as a heat map with the numbers in it.

    `intervals` is the table of that name. Hours without a row are left white. Raises ValueError
    where the queue has no contacts.
    """
    cells = volume_cells(intervals, queue)
    few = cells["hour"].nunique() <= 16
    clock = "format(datum.value, '02')" + (" + ':00'" if few else "")
    axis = alt.Axis(labelExpr=clock, labelAngle=0, orient="top", domain=False, ticks=False)
    base = alt.Chart(cells).encode(x=alt.X("hour:O", title=None, axis=axis), y=alt.Y("day:N", sort=DAYS, title=None))
    fills = base.mark_rect(stroke="white", strokeWidth=2).encode(color=alt.Color("fill:N", scale=None))
    words = base.mark_text(fontSize=11).encode(text="words:N", color=alt.Color("ink:N", scale=None))
    days = _of(intervals, queue)["start"]
    subtitle = (
        f"{queue}: mean contacts offered in the hour, {_month(days.min())} to {_month(days.max())}; white: none came"
    )
    size = {"height": alt.Step(34), "width": alt.Step(46 if few else 31)}
    return (fills + words).properties(title=_title(volume_finding(cells), subtitle), **size)


def _month(stamp):
    return f"{stamp:%B %Y}"


def volume_cells(intervals, queue):
    """Mean contacts per hour by weekday and hour: day, hour, contacts, words, and the colours fill and ink.

    >>> start = pd.Series(pd.date_range("2026-03-02 08:00", periods=4, freq="30min", tz="Europe/Helsinki"))
    >>> volume_cells(pd.DataFrame({"queue": "all", "start": start, "offered": [3, 5, 2, 2]}), "all")["contacts"].tolist()
    [8.0, 4.0]
    """
    rows = _of(intervals, queue)
    wall = rows["start"].dt.tz_localize(None)
    hours = (
        rows["offered"].groupby([wall.dt.normalize(), wall.dt.hour]).sum().rename_axis(["date", "hour"]).reset_index()
    )
    cells = (
        hours.groupby([hours["date"].dt.day_of_week.rename("weekday"), "hour"])["offered"]
        .mean()
        .reset_index(name="contacts")
    )
    cells = cells[cells["contacts"] > 0].reset_index(drop=True)
    if cells.empty:
        raise ValueError(f"no contact of {queue} was offered, so that there is no busiest hour to show")
    fills = [_mixed(value) for value in cells["contacts"] / cells["contacts"].max()]
    return cells.assign(
        day=[DAYS[i] for i in cells["weekday"]],
        words=[f"{v:.0f}" if v >= 0.5 else "·" for v in cells["contacts"]],
        fill=fills,
        ink=[_on(fill) for fill in fills],
    )


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
    x = alt.X(
        "week:T",
        title=None,
        axis=alt.Axis(format="%b %Y", grid=False, domain=False, tickCount="month", labelOverlap=True),
    )
    base = alt.Chart(days).encode(x=x, x2="until:T", y=alt.Y("day:N", sort=DAYS, title=None))
    shade = alt.Color("contacts:Q", scale=alt.Scale(range=BLUES, domain=_quarters(days["contacts"])), legend=None)
    cells = base.mark_rect(stroke="white", strokeWidth=1).encode(color=shade)
    odd = base.transform_filter("datum.odd").mark_rect(fillOpacity=0, stroke=ALARM, strokeWidth=2)
    gone = base.transform_filter("datum.gone").mark_rect(
        color=theme.PAPER, stroke=ALARM, strokeWidth=1, strokeDash=[2, 2]
    )
    layers = [cells.transform_filter("!datum.gone"), gone, odd]
    subtitle = (
        f"{queue}: contacts a day, a column a week; darker is more ({days['contacts'].min():,.0f} to {days['contacts'].max():,.0f}); "
        "framed: far from usual, or too smooth to be counted; dashed: open, but no row; white: closed"
    )
    return alt.layer(*layers).properties(
        title=_title(calendar_finding(days), subtitle), height=days["day"].nunique() * 22
    )


def _quarters(values):
    return [float(values.max()) * i / 4 for i in range(5)]


def calendar_days(report, queue):
    """A row a day from first to last: date, week, until, day, contacts, odd, gone (nothing where it is open), from
    a CheckReport.
    """
    rows = _of(report.frame("intervals"), queue)
    daily = rows.groupby(rows["start"].dt.tz_localize(None).dt.normalize())["offered"].sum()
    daily = daily.reindex(pd.date_range(daily.index.min(), daily.index.max()))
    daily = daily[daily.index > daily.index.max() - pd.Timedelta(weeks=SHOWN_WEEKS)]
    missing = daily.isna() & _open_days(report.centre, queue, daily.index)
    days = pd.DataFrame(
        {
            "date": daily.index,
            "contacts": daily.to_numpy(float),
            "gone": missing.to_numpy(),
            "odd": daily.index.isin(odd_days(report, queue)),
        }
    )
    days = days[days["contacts"].notna() | days["gone"]].reset_index(drop=True)
    week = days["date"] - pd.to_timedelta(days["date"].dt.day_of_week, unit="D")
    return days.assign(week=week, until=week + pd.Timedelta(days=7), day=[DAYS[i] for i in days["date"].dt.day_of_week])


def _open_days(centre, queue, days):
    """On which days the queue is open in any quarter of an hour."""
    quarters = pd.timedelta_range(0, freq="15min", periods=96)
    wall = pd.DatetimeIndex(np.repeat(days.to_numpy(), len(quarters))) + np.tile(quarters, len(days))
    local = wall.tz_localize(centre.time_zone, nonexistent="shift_forward", ambiguous=np.ones(len(wall), bool))
    return centre.is_open(queue, local).reshape(-1, len(quarters)).any(axis=1)


def odd_days(report, queue):
    """Dates of a queue that the checks found far from usual or made up (warnings, holidays aside)."""
    found = report.findings
    mine = found[found["rule"].isin(ODD_RULES) & (found["queue"] == queue) & (found["severity"] == "warning")]
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
    words = "datum.value == 0 ? 'alike' : replace(format(datum.value, '+.0%'), '-', '\u2212')"
    y = alt.Y("difference:Q", title=None, axis=alt.Axis(labelExpr=words, tickCount=5))
    base = alt.Chart(days).encode(x=x, y=y)
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=theme.RULE).encode(y=alt.Y("zero:Q", title=None))
    dots = base.mark_point(filled=True, opacity=1).encode(
        color=alt.condition("datum.apart", alt.value(ALARM), alt.value("#8C959F")),
        size=alt.condition("datum.apart", alt.value(50), alt.value(12)),
    )
    names = (
        alt.Chart(_runs(days))
        .mark_text(align="left", dx=9, dy=-7, baseline="middle", color=INK)
        .encode(x=x, y=alt.Y("difference:Q", title=None), text="words:N")
    )
    subtitle = f"{queue}: contacts in the calls against those in the intervals, a dot a day"
    return (zero + dots + names).properties(title=_title(records_finding(days), subtitle), height=220)


def record_days(report, queue):
    """A row a day that both tables cover: date, records, table, difference, apart, size."""
    calls, intervals = report.frame("calls"), report.frame("intervals")
    if calls is None or intervals is None:
        raise ValueError("calls and intervals cannot be compared: one of the tables is not there")
    if not (calls["queue"] == queue).any():
        raise ValueError(
            f"calls and intervals cannot be compared: no call is of the queue {queue!r}, they are of "
            f"{', '.join(map(repr, calls['queue'].value_counts().index[:4]))}"
        )
    both = pd.DataFrame(
        {"records": _daily(calls, queue, "arrived", None), "table": _daily(intervals, queue, "start", "offered")}
    )
    both = both.loc[both["records"].first_valid_index() : both["records"].last_valid_index()].fillna(0)
    both = both[(both["table"] > 0) | (both["records"] > 0)].rename_axis("date").reset_index()
    gap = both["records"] - both["table"]
    share = gap / both["table"].where(both["table"] > 0, both["records"])
    apart = gap.abs() > np.maximum(2, 0.01 * both["table"])
    return both.assign(difference=share, apart=apart, size=share.abs())


def _runs(days):
    """One label for neighbouring days that differ alike: from when to when, and by how much; the NAMED_RUNS largest."""
    bad = days[days["apart"]]
    run = ((bad["date"].diff() > pd.Timedelta(days=3)) | (bad["difference"].diff().abs() > ALIKE)).cumsum()
    rows = [
        {
            "date": one["date"].iloc[-1],
            "difference": one["difference"].mean(),
            "size": one["size"].max(),
            "words": _run_words(one),
        }
        for _, one in bad.groupby(run)
    ]
    named = pd.DataFrame(rows, columns=["date", "difference", "size", "words"])
    return named.sort_values("size", ascending=False).head(NAMED_RUNS)


def _run_words(run):
    table, records = run["table"].sum(), run["records"].sum()
    if records == 0:
        return f"{_when(run['date'])}: no calls"
    if table == 0:
        return f"{_when(run['date'])}: no intervals"
    return f"{_when(run['date'])}: {_signed((records - table) / table)}"


def _signed(share):
    return f"{share:+.0%}".replace("-", "\u2212")


def _when(dates):
    first, last = (f"{day.day} {day:%B %Y}" for day in (dates.iloc[0], dates.iloc[-1]))
    if len(dates) == 1:
        return first
    same_month = first.split(" ")[1:] == last.split(" ")[1:]
    return f"{first.split(' ')[0] if same_month else first} to {last}"


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
    share = worst["difference"]
    words = "no calls at all" if share == -1 else _signed(share)
    return f"Calls and intervals differ on {apart} of {len(days):,} days, most on {long_date(worst['date'])}: {words}"


# ------------------------------------------------------------------------------------------ patience


def patience_chart(calls):
    """How long callers would wait: the curve of the data beside the right exponential and the naive one.

    `calls` is the table of that name, of one queue. Raises ValueError where nobody hung up.
    """
    from ...data.evidence import estimates

    curve, right, naive = estimates.still_waiting(calls), estimates.patience(calls), estimates.naive_patience(calls)
    seen = curve[curve["at_risk"] >= 50]
    end = float((seen if len(seen) > 1 else curve)["wait_s"].max())
    lines = _models(np.linspace(0, end, 120), right.estimate, naive.estimate)
    seen = pd.concat(
        [
            pd.DataFrame({"wait_s": [0.0], "still_waiting": [1.0], "low": [1.0], "high": [1.0]}),
            curve[curve["wait_s"] <= end],
        ]
    )
    x = alt.X("wait_s:Q", title="wait, seconds", scale=alt.Scale(domain=[0, end], nice=False))
    y = alt.Y("still_waiting:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    band = (
        alt.Chart(seen)
        .mark_area(interpolate="step-after", color=CONTEXT)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q")
    )
    steps = alt.Chart(seen).mark_line(interpolate="step-after", color=INK, strokeWidth=1.5).encode(x=x, y=y)
    models = [
        alt.Chart(lines[lines["line"] == name])
        .mark_line(color=colour, strokeWidth=width, strokeDash=list(dash))
        .encode(x=x, y=y)
        for name, colour, width, dash in (("right", ACCENT, 4, ()), ("naive", ALARM, 2, (4, 3)))
    ]  # the wide one shows under the data
    title = _title(
        patience_finding(right, naive),
        "share of callers who would still wait if nobody answered; grey: 95 % band of the curve",
    )
    return alt.layer(band, *models, steps, _curve_names(seen, lines, end, right, naive)).properties(
        title=title, height=280, width=600
    )


def _models(waits, right, naive):
    return pd.concat(
        [
            pd.DataFrame({"wait_s": waits, "still_waiting": np.exp(-waits / mean), "line": name})
            for name, mean in (("right", right), ("naive", naive))
        ]
    )


def _curve_names(seen, lines, end, right, naive):
    """Each line's name at its right end, moved apart."""
    ends = lines.groupby("line")["still_waiting"].last()
    rows = pd.DataFrame(
        {
            "at": [seen["still_waiting"].iloc[-1], ends["right"], ends["naive"]],
            "colour": [INK, ACCENT, ALARM],
            "end": end,
            "words": [
                "the data (Kaplan–Meier)",
                f"mean {right.estimate:,.0f} s (max. likelihood)",
                f"mean {naive.estimate:,.0f} s (naive: wrong)",
            ],
        }
    )
    rows = rows.sort_values("at")
    text = alt.Chart(rows.assign(at=_apart(rows["at"], 0.07))).mark_text(align="left", dx=8, baseline="middle")
    return text.encode(x="end:Q", y=alt.Y("at:Q", title=None), text="words:N", color=alt.Color("colour:N", scale=None))


def patience_finding(right, naive):
    """What patience is and what it is taken for, in a sentence."""
    return (
        f"Callers would wait {right.estimate:,.0f} s on average, not the {naive.estimate:,.0f} s of those who hung up"
    )


# --------------------------------------------------------------------------------------- handle time


def handle_time_chart(calls):
    """How long contacts take: the histogram of the data, the lognormal of the same logarithms, the exponential of
    the same mean.

    `calls` is the table of that name, of one queue. Up to 2 %, the longest, lie beyond the right edge. Raises
    ValueError for fewer than two answered calls, and where all took the same time.
    """
    from ...data.evidence import estimates

    found = estimates.handle_time(calls).set_index("name")["estimate"]
    if found["lognormal_sigma"] < 1e-9:
        raise ValueError(f"every answered contact took {found['aht_s']:,.0f} s, so that there is no spread to draw")
    bars = handle_time_bars(calls)
    lines = _densities(bars["until"].max(), bars["until"].iloc[0] - bars["from"].iloc[0], found)
    x = alt.X(
        "from:Q", title="handle time, seconds", scale=alt.Scale(domain=[0, float(bars["until"].max())], nice=False)
    )
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5))
    shown = (
        alt.Chart(bars)
        .mark_rect(color="#AFC9DD", stroke="white", strokeWidth=0.5)
        .encode(x=x, x2="until:Q", y=y, y2=alt.datum(0))
    )
    models = [
        alt.Chart(lines[lines["line"] == name])
        .mark_line(color=colour, strokeWidth=2, strokeDash=list(dash))
        .encode(x="from:Q", y=y)
        for name, colour, dash in (("lognormal", ACCENT, ()), ("exponential", ALARM, (4, 3)))
    ]
    width = f"{bars['until'].iloc[0] - bars['from'].iloc[0]:.0f}"
    beyond = 1 - bars["share"].sum()
    subtitle = f"share of answered contacts by talk, hold and after-call work, in steps of {width} s" + (
        f"; the longest {beyond:.1%} lie beyond" if beyond > 1e-9 else ""
    )
    title = _title(handle_time_finding(found), subtitle)
    return alt.layer(shown, *models, _density_names(lines)).properties(title=title, height=240, width=600)


def handle_time_bars(calls):
    """Shares of answered contacts by handle time in equal steps that hold the 98th percentile: from, until, share.

    >>> calls = pd.DataFrame({"outcome": "answered", "talk_s": [1, 1, 2, 2]})
    >>> handle_time_bars(calls)["share"].tolist()
    [0.0, 1.0]
    """
    answered = calls[calls["outcome"] == "answered"]
    total = answered[[name for name in ("talk_s", "hold_s", "acw_s") if name in answered]].sum(axis=1)
    total = total[total > 0].to_numpy(float)
    step = max(1.0, np.ceil(np.quantile(total, 0.98) / BINS))
    counts, edges = np.histogram(total, bins=np.arange(0, np.quantile(total, 0.98) + step, step))
    return pd.DataFrame({"from": edges[:-1], "until": edges[1:], "share": counts / len(total)})


def _densities(end, step, found):
    """Both models' share of a step around each length."""
    at, mean, sigma = np.linspace(1, end, 200), found["aht_s"], found["lognormal_sigma"]
    logs = (np.log(at) - np.log(found["lognormal_median_s"])) / sigma
    shapes = {
        "lognormal": np.exp(-(logs**2) / 2) / (at * sigma * np.sqrt(2 * np.pi)),
        "exponential": np.exp(-at / mean) / mean,
    }
    return pd.concat(
        [pd.DataFrame({"from": at, "share": step * shape, "line": name}) for name, shape in shapes.items()]
    )


def _density_names(lines):
    """Each model's name beside its line: the lognormal's right of its top, the exponential's above its tail."""
    bell, falling = lines[lines["line"] == "lognormal"], lines[lines["line"] == "exponential"]
    top = bell.loc[bell["share"].idxmax()]
    fallen = bell[(bell["share"] < 0.85 * top["share"]) & (bell["from"] > top["from"])]
    past = fallen.iloc[0] if len(fallen) else top
    tail = falling.iloc[len(falling) * 11 // 20]
    rows = pd.DataFrame(
        {
            "from": [past["from"], tail["from"]],
            "share": [past["share"], tail["share"]],
            "colour": [ACCENT, ALARM],
            "words": ["lognormal", "exponential: the same mean, if memoryless"],
        }
    )
    text = alt.Chart(rows).mark_text(align="left", dx=6, dy=-12, baseline="middle")
    return text.encode(x="from:Q", y="share:Q", text="words:N", color=alt.Color("colour:N", scale=None))


def handle_time_finding(found):
    """Half, mean and the long tail in a sentence; `found` are estimates by name."""
    return (
        f"Half of the contacts take less than {found['p50_s']:,.0f} s, the mean is {found['aht_s']:,.0f} s, "
        f"one in twenty takes more than {found['p95_s']:,.0f} s"
    )


# ------------------------------------------------------------------------- where a table may be missing


def volume_picture(report, queue):
    """`volume_chart` of a report's intervals as a Picture, or a sentence where there are none."""
    return _of_intervals(report, lambda: volume_chart(report.frame("intervals"), queue))


def calendar_picture(report, queue):
    """`calendar_chart` as a Picture, or a sentence where there are no intervals."""
    return _of_intervals(report, lambda: calendar_chart(report, queue))


def _of_intervals(report, chart):
    if report.frame("intervals") is None:
        return Words(
            "There are no intervals that can be read: the last panel of this notebook says what a file's columns mean."
        )
    return _picture(chart)


def records_picture(report, queue):
    """`records_chart` as a Picture, or a sentence where there is nothing to compare."""
    return _picture(lambda: records_chart(report, queue))


def patience_picture(frames, queue):
    """`patience_chart` of the calls in `frames` (by table) as a Picture, or a sentence where patience leaves no
    trace.
    """
    return _of_calls(frames, queue, patience_chart, "the curve of patience")


def handle_time_picture(frames, queue):
    """`handle_time_chart` of the calls in `frames` (by table) as a Picture, or a sentence where there are none."""
    return _of_calls(frames, queue, handle_time_chart, "the lengths of contacts")


def _of_calls(frames, queue, chart, what):
    calls = frames.get("calls")
    if calls is None:
        return Words(f"There are no single calls in this folder, so {what} cannot be drawn.")
    return _picture(lambda: chart(calls[calls["queue"] == queue]))


def _picture(chart):
    try:
        return show(chart())
    except ValueError as problem:
        return Words(sentence(problem))
