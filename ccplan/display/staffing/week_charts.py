"""The week as a map of heat: how many people each hour of each day asks for."""

import altair as alt
import pandas as pd

from .. import theme

DEEP = "#0A4E80"  # colour of the most of the week
PALEST = 0.08  # how much of it is left where nobody is needed: paper shines through
LIGHT_FROM = 0.73  # share of the most from which words in a cell are white: black and white part at a contrast of 4.5
WEEK_KEY = [
    {"label": "agents on the phones (net), the most of each hour: few", "colour": "#CFE3F1", "shape": "area"},
    {"label": "many", "colour": DEEP, "shape": "area"},
    {"label": "the day shown above", "colour": theme.ALARM, "shape": "line"},
]


def week_rows(week, date):
    """Rows for the map: day, order, hour, agents (the most of the hour), share of the week's most, chosen (1 on
    `date`), words.

    `week` has start (timestamps), agents and scheduled, of one queue.

    >>> start = pd.to_datetime(["2026-03-02 08:00", "2026-03-02 08:30", "2026-03-03 08:00"])
    >>> week_rows(pd.DataFrame({"start": start, "agents": [3, 5, 4]}), start[0].date())[["day", "hour", "agents"]].values.tolist()
    [['Mon 2', '08:00', 5], ['Tue 3', '08:00', 4]]
    """
    start = week["start"]
    cells = pd.DataFrame({"date": start.dt.date, "clock": start.dt.hour, "agents": week["agents"].astype(int)})
    cells = cells.groupby(["date", "clock"], as_index=False)["agents"].max()
    days = pd.to_datetime(cells["date"])
    return pd.DataFrame(
        {
            "day": [f"{day:%a} {day.day}" for day in days],
            "order": days.dt.dayofweek,
            "hour": [f"{hour:02d}:00" for hour in cells["clock"]],
            "agents": cells["agents"],
            "share": cells["agents"] / max(cells["agents"].max(), 1),
            "chosen": (cells["date"] == date).astype(int),
            "words": cells["agents"].map("{:,}".format),
        }
    )


def week_layers(data):
    """The layers of the map over `data`, a frame of `week_rows` or a named Vega data set."""
    x = alt.X(
        "day:O",
        title=None,
        sort=alt.EncodingSortField("order", op="min"),
        axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False),
    )
    y = alt.Y("hour:O", title=None, sort="ascending", axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart(data).encode(x=x, y=y)
    depth = alt.FillOpacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[PALEST, 1]), legend=None)
    told = [
        alt.Tooltip("day:O", title="day"),
        alt.Tooltip("hour:O", title="hour"),
        alt.Tooltip("agents:Q", title="agents"),
    ]
    cells = base.mark_rect(fill=DEEP, stroke=theme.PAPER, strokeWidth=1).encode(fillOpacity=depth, tooltip=told)
    words = base.mark_text(fontSize=11).encode(
        text="words:N", color=alt.condition(f"datum.share > {LIGHT_FROM}", alt.value("#FDFDFD"), alt.value("#000000"))
    )
    chosen = base.transform_filter("datum.chosen == 1").mark_tick(
        orient="vertical", xOffset=0, color=theme.ALARM, thickness=3, bandSize=18
    )
    return alt.layer(cells, words, chosen.encode(x=x.copy(), xOffset=alt.value(1)))


def week_finding(rows, fte):
    """The busiest hour of the week and what the week comes to, in a sentence. `fte` is scheduled hours ÷ the hours
    of a full week.

    >>> rows = pd.DataFrame({"day": ["Mon 2"], "order": [0], "hour": ["08:00"], "agents": [5]})
    >>> week_finding(rows, 7.25)
    'The week is busiest on Monday at 08:00: 5 on the phones; all of it takes 7.2 FTE (gross)'
    """
    top = rows.loc[rows["agents"].idxmax()]
    name = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(top["order"]))
    return f"The week is busiest on {name:%A} at {top['hour']}: {top['agents']:,} on the phones; all of it takes {fte:,.1f} FTE (gross)"


def week_of(date):
    """The seven dates, Monday to Sunday, of the week that a date is in."""
    day = pd.Timestamp(date)
    monday = day - pd.Timedelta(days=day.dayofweek)
    return [(monday + pd.Timedelta(days=n)).date() for n in range(7)]


def week_chart(rows, fte):
    """The map of `week_rows` as a chart; `fte` is what the week takes."""
    title = alt.TitleParams(week_finding(rows, fte), subtitle="agents on the phones (net), the most of each hour")
    return week_layers(rows).properties(title=title, height=alt.Step(18), width=theme.WIDTH)
