"""Charts of a roster: who works which shift when, and whether nights, weekends and hours are shared fairly."""

from itertools import cycle

import altair as alt
import numpy as np
import pandas as pd

from ..theme import ACCENT, ALARM, CONTEXT, INK, PAPER, QUIET

SHADES = {  # of shifts by day, in their order, and what they are called
    "#9CCBE8": "pale blue",
    "#0072B2": "blue",
    "#F0BC4D": "yellow",
    "#009E73": "green",
    "#CC79A7": "pink",
    "#8C959F": "slate",
}
NIGHT = "#1F2328"
WIDE, ROW = 720, 13
DOTS = 9  # pixels of a person in the chart of fairness


def roster_chart(roster, leave=None, rostering=None):
    """The roster: a row a person, a column a day; the hour of the start in its shift's colour, nights black, leave
    grey; a ring: locked; a dot: a refused wish.
    """
    rows, days = roster_rows(roster, leave, rostering)
    people = roster.fairness.sort_values(["contract_h", "agent"], ascending=[False, True])["agent"].tolist()
    x = alt.X(
        "day:O",
        title=None,
        sort=days,
        axis=alt.Axis(
            labelAngle=0,
            labelOverlap=False,
            domain=False,
            ticks=False,
            orient="top",
            offset=14,
            labelFontSize=10,
            labelExpr=_TICK,
        ),
    )
    y = alt.Y(
        "agent:N",
        title=None,
        sort=people,
        axis=alt.Axis(labelColor=INK, labelFontSize=10, domain=False, ticks=False, labelLimit=150),
    )
    base = alt.Chart(rows).encode(x=x, y=y)
    cells = base.mark_rect(stroke=PAPER, strokeWidth=1).encode(color=alt.Color("colour:N", scale=None))
    words = base.mark_text(fontSize=9, baseline="middle").encode(text="words:N", color=alt.Color("ink:N", scale=None))
    marks = [
        base.transform_filter("datum.refused == 1").mark_point(
            filled=True, size=22, color=ALARM, stroke=PAPER, strokeWidth=0.7, opacity=1, xOffset=8, yOffset=-3
        ),
        base.transform_filter("datum.locked == 1").mark_rect(filled=False, stroke=INK, strokeWidth=1.5),
    ]
    title = alt.TitleParams(
        roster_finding(roster),
        subtitle=[
            _key(roster, rostering),
            "grey: leave; white: free; red dot: the wish for a day off could not be granted; framed: locked",
        ],
    )
    return (
        alt.layer(cells, words, *marks)
        .properties(width=WIDE - 100, height=alt.Step(ROW), title=title)
        .configure(aria=False)
    )


_TICK = "split(datum.value, '|')[0] == 'Mon' || split(datum.value, '|')[0] == 'Sat' ? [split(datum.value, '|')[0], split(datum.value, '|')[1]] : ['', split(datum.value, '|')[1]]"


def roster_rows(roster, leave=None, rostering=None):
    """(a row a person and day: agent, day, words, colour, ink, locked, refused; the days' labels in order)."""
    first, last = roster.unmet["day"].min(), roster.unmet["day"].max()
    dates = pd.date_range(first, last)
    grid = pd.MultiIndex.from_product([roster.fairness["agent"], dates], names=["agent", "date"]).to_frame(index=False)
    duties = roster.duties.drop_duplicates(["agent", "day"]).rename(columns={"day": "date"})
    rows = grid.merge(duties[["agent", "date", "shift", "start", "end", "locked"]], how="left", on=["agent", "date"])
    shade, night = _shades(roster), _is_night(rows, rostering)
    away = _leave_days(leave)
    off = pd.Series([(a, d) in away for a, d in zip(rows["agent"], rows["date"], strict=True)])
    asked = roster.wishes
    no = {(one.agent, one.day) for one in asked[(asked["wish"] == "off") & ~asked["granted"].astype(bool)].itertuples()}
    colour = np.where(
        rows["shift"].isna(), np.where(off, CONTEXT, "#FFFFFF"), np.where(night, NIGHT, rows["shift"].map(shade))
    )
    dark = night | rows["shift"].map(shade).isin(("#0072B2", "#009E73", "#8C959F"))
    hour = [f"{start:%-H}" if pd.notna(start) else "" for start in rows["start"]]
    table = pd.DataFrame(
        {
            "agent": rows["agent"],
            "day": _labels(rows["date"]),
            "shift": rows["shift"].fillna(""),
            "words": hour,
            "colour": colour,
            "ink": np.where(dark, PAPER, INK),
            "locked": (rows["locked"] == True).astype(int),  # noqa: E712  (blank where nobody works)
            "refused": [int((a, d) in no) for a, d in zip(rows["agent"], rows["date"], strict=True)],
        }
    )
    return table, _labels(pd.Series(dates)).tolist()


def _labels(dates):
    return dates.dt.strftime("%a|") + dates.dt.day.astype(str) + dates.dt.strftime("|%m")


def _shades(roster):
    names = list(dict.fromkeys(roster.unmet["shift"]))
    return dict(zip(names, cycle(SHADES)))


def _is_night(rows, rostering):
    if rostering is None:
        return pd.Series(False, index=rows.index)
    begin, end = rostering.night_s
    wall = rows["start"].dt.tz_localize(None) if rows["start"].dt.tz is not None else rows["start"]
    start = (wall - wall.dt.normalize()).dt.total_seconds()
    stop = start + (rows["end"] - rows["start"]).dt.total_seconds()
    return ((start < end) & (stop > begin)) | ((start < end + 86_400) & (stop > begin + 86_400))


def _leave_days(leave):
    if leave is None:
        return set()
    return {(row.agent, day) for row in leave.itertuples() for day in pd.date_range(row.start, row.end)}


def _key(roster, rostering):
    worked = set(roster.duties["shift"])
    told = ", ".join(f"{SHADES[colour]}: {name}" for name, colour in _shades(roster).items() if name in worked)
    nights = "; black: touches the night" if _is_night(roster.duties, rostering).any() else ""
    return f"The figure is the hour of the start. {told[:1].upper()}{told[1:]}{nights}"


def roster_finding(roster):
    """What the roster leaves open and refuses, in a sentence."""
    missing, wanted = int(roster.unmet["missing"].sum()), int(roster.unmet["wanted"].sum())
    refused = int((~roster.wishes["granted"].astype(bool)).sum()) if len(roster.wishes) else 0
    told = (
        f"{wanted - missing:,} of {wanted:,} shifts have somebody"
        if missing
        else f"All {wanted:,} shifts have somebody"
    )
    return f"{told}; {refused} of {len(roster.wishes)} wishes are refused" if len(roster.wishes) else told


# ------------------------------------------------------------------------------------------ fairness

MEASURES = {"weekend_days": ("weekend days", "fair_weekend_days"), "nights": ("nights", "fair_nights")}


def fairness_rows(fairness):
    """A dot a person and measure: measure, value, fair, above (value − fair share), place (of the dot in its
    stack), agent.
    """
    found = []
    for name, (label, fair) in MEASURES.items():
        if fairness[name].sum() > 0:
            found.append(
                pd.DataFrame(
                    {
                        "agent": fairness["agent"],
                        "measure": label,
                        "value": fairness[name].astype(float),
                        "fair": fairness[fair].astype(float),
                    }
                )
            )
    if not found:
        return pd.DataFrame(columns=["agent", "measure", "value", "fair", "above", "far", "place"])
    rows = pd.concat(found, ignore_index=True)
    rows["above"] = ((rows["value"] - rows["fair"]) * 2).round() / 2
    rows = rows.sort_values(["measure", "above", "agent"], kind="stable", ignore_index=True)
    return rows.assign(
        far=(rows["value"] - rows["fair"] > 1).astype(int), place=rows.groupby(["measure", "above"]).cumcount() + 0.5
    )


def fairness_chart(roster):
    """A dot a person: weekend days and nights worked, less the fair share by contract hours; in a roster that is
    fair, dots crowd about 0.
    """
    rows = fairness_rows(roster.fairness)
    reach = float(max(rows["above"].abs().max(), 2.0)) + 0.5 if len(rows) else 2.5
    panels = [_strip(rows[rows["measure"] == name], name, reach) for name in rows["measure"].unique()]
    subtitle = "A dot a person: worked in these weeks less the fair share, which follows contract hours; red: more than one above it"
    title = alt.TitleParams(fairness_finding(rows), subtitle=subtitle)
    return alt.vconcat(*panels, spacing=16).properties(title=title).configure(aria=False)


def _strip(rows, name, reach):
    base = alt.Chart(rows).encode(
        x=alt.X(
            "above:Q",
            title=f"{name} above the fair share",
            scale=alt.Scale(domain=[-reach, reach], nice=False),
            axis=alt.Axis(tickMinStep=1),
        ),
        y=alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[0, max(rows["place"].max() + 1, 4)], nice=False)),
    )
    zero = alt.Chart(pd.DataFrame({"above": [0.0]})).mark_rule(color=QUIET, strokeDash=[2, 2]).encode(x="above:Q")
    dots = base.mark_point(filled=True, size=DOTS**2 * 0.75, opacity=1).encode(
        color=alt.condition("datum.far == 1", alt.value(ALARM), alt.value(ACCENT))
    )
    return alt.layer(zero, dots).properties(
        width=WIDE - 100, height=float(max(rows["place"].max() + 1, 4) * (DOTS - 0.5))
    )


def fairness_finding(rows):
    """How many are far from their fair share, in a sentence."""
    if rows.empty:
        return "Nobody works at night or at a weekend"
    told = []
    for name, mine in rows.groupby("measure", sort=False):
        above = int(mine["far"].sum())
        told.append(f"{name}: {above or 'nobody'} more than one above the fair share")
    words = "; ".join(told)
    return words[:1].upper() + words[1:]
