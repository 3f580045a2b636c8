"""Charts of setting up: the implementation plan with its critical path, the floor plan, progress by step."""

import altair as alt
import pandas as pd

from ..theme import ACCENT, CONTEXT, INK, PAPER, QUIET, RULE, WIDTH

ROW = 17  # pixels of a row of the plan
EARLY = "#9AA6B2"


def gantt_chart(plan):
    """The implementation plan: a bar an open item from its earliest start to its finish, critical ones in colour,
    slack as a thin line.

    `plan` is an ImplementationPlan. Raises ValueError where nothing is left to do.
    """
    rows = plan.frame[plan.frame["start"].notna()].copy()
    if rows.empty:
        raise ValueError("nothing is left to do: every item is done or not needed")
    rows["until"] = rows["finish"] + pd.Timedelta(days=1)
    rows["may_end"] = rows["latest_finish"] + pd.Timedelta(days=1)
    rows["path"] = rows["critical"].map({True: "critical", False: "has slack"})
    rows = rows.sort_values(["start", "until"]).assign(place=range(len(rows)))
    rows["label"] = _labels(rows["item"])
    rows = rows[["label", "place", "department", "start", "until", "may_end", "path", "item"]]
    y = alt.Y(
        "label:N",
        sort=alt.EncodingSortField(field="place", op="min"),
        title=None,
        axis=alt.Axis(labelLimit=380, ticks=False, domain=False, labelColor=INK),
    )
    x = alt.X(
        "start:T",
        title=None,
        axis=alt.Axis(format="%b %Y", tickCount="month", grid=True, gridColor="#EEF1F4", orient="top"),
    )
    base = alt.Chart(rows).encode(y=y)
    slack = base.mark_rule(color=RULE, strokeWidth=2).encode(x="until:T", x2="may_end:T")
    colour = alt.Color("path:N", scale=alt.Scale(domain=["critical", "has slack"], range=[ACCENT, EARLY]), legend=None)
    bars = base.mark_bar(height=ROW - 6).encode(x=x, x2="until:T", color=colour)
    who = base.mark_text(align="left", dx=4, fontSize=10, color=QUIET).encode(x="may_end:T", text="department:N")
    layers = [slack, bars, who] + ([_opening(plan.opening)] if plan.opening is not None else [])
    critical = int((rows["path"] == "critical").sum())
    return alt.layer(*layers).properties(
        width=WIDTH - 330,
        height=ROW * len(rows),
        title=alt.TitleParams(
            text=_finding(plan),
            subtitle=f"{len(rows)} items are open; blue: the {critical} that move the end if they slip; grey line: how far an item may slip",
        ),
    )


def _labels(items):
    """Items cut to a line, no two alike: each has a row of its own."""
    short = items.str.slice(0, 58) + items.str.len().gt(58).map({True: " …", False: ""})
    again = short.groupby(short).cumcount()
    return short + [f" ({number + 1})" if number else "" for number in again]


def _finding(plan):
    if plan.opening is None:
        return f"Everything is done by {_day(plan.finish)}"
    return f"The centre can open on {_day(plan.opening)}"


def _day(day):
    return f"{day.day} {day:%B %Y}"


def _opening(day):
    return (
        alt.Chart(pd.DataFrame({"day": [day + pd.Timedelta(days=1)]}))
        .mark_rule(color=INK, strokeDash=[4, 3])
        .encode(x="day:T")
    )


def floor_plan_chart(rooms, plan):
    """Rooms and stations from above, to scale: a frame of `floor_plan` drawn into its Rooms; numbers as in the
    table equipment.
    """
    walls = pd.DataFrame(
        [
            {
                "name": room.name,
                "x": room.x,
                "y": room.y,
                "x2": room.x + room.width,
                "y2": room.y + room.depth,
                "at": room.x + 0.25,
                "top": room.y + room.depth - 0.35,
            }
            for room in rooms
        ]
    )
    wide, deep = walls["x2"].max(), walls["y2"].max()
    scale = {"scale": alt.Scale(domain=[0, wide], nice=False), "axis": None}
    down = {"scale": alt.Scale(domain=[0, deep], nice=False), "axis": None}
    drawn = (
        alt.Chart(walls)
        .mark_rect(fill=PAPER, stroke=QUIET, strokeWidth=1.5)
        .encode(x=alt.X("x:Q", **scale), x2="x2:Q", y=alt.Y("y:Q", **down), y2="y2:Q")
    )
    names = (
        alt.Chart(walls)
        .mark_text(align="left", baseline="middle", fontSize=11, fontWeight=600, color=INK)
        .encode(x=alt.X("at:Q", **scale), y=alt.Y("top:Q", **down), text="name:N")
    )
    desks = plan.assign(
        x1=plan["x"] - 0.7,
        x2=plan["x"] + 0.7,
        y1=plan["y"] - 0.4,
        y2=plan["y"] + 0.4,
        number=plan["station"].str.rsplit("-", n=1).str[-1],
    )
    tables = (
        alt.Chart(desks)
        .mark_rect(fill=CONTEXT, stroke=RULE)
        .encode(x=alt.X("x1:Q", **scale), x2="x2:Q", y=alt.Y("y1:Q", **down), y2="y2:Q")
    )
    numbers = (
        alt.Chart(desks)
        .mark_text(fontSize=10, color=INK)
        .encode(x=alt.X("x:Q", **scale), y=alt.Y("y:Q", **down), text="number:N")
    )
    return alt.layer(drawn, tables, names, numbers).properties(
        width=WIDTH,
        height=round(WIDTH * deep / wide),
        title=alt.TitleParams(
            text=f"{len(plan)} stations in {sum(room.stations > 0 for room in rooms)} rooms",
            subtitle=f"{wide:g} × {deep:g} metres, to scale; numbers as in the table equipment",
        ),
    )


def progress_chart(progress):
    """How far each step is: bars of done, late and open items, the steps in the list's order."""
    rows = progress[progress["step"].ne("all")].assign(
        open=lambda frame: frame["items"] - frame["done"] - frame["not_needed"] - frame["late"]
    )
    rows = rows.assign(name=rows["checklist"] + ": " + rows["step"], place=range(len(rows)))
    long = rows.melt(
        id_vars=["name", "place"], value_vars=["done", "late", "open"], var_name="state", value_name="count"
    )
    colours = alt.Color(
        "state:N", scale=alt.Scale(domain=["done", "late", "open"], range=[EARLY, "#D55E00", CONTEXT]), legend=None
    )
    done, items, late = rows["done"].sum(), (rows["items"] - rows["not_needed"]).sum(), int(rows["late"].sum())
    bars = (
        alt.Chart(long)
        .mark_bar(height=11)
        .encode(
            y=alt.Y(
                "name:N",
                sort=alt.EncodingSortField(field="place", op="min"),
                title=None,
                axis=alt.Axis(labelLimit=300, labelColor=INK),
            ),
            x=alt.X("count:Q", title="items", axis=alt.Axis(tickMinStep=1)),
            color=colours,
            order=alt.Order("rank:Q"),
        )
        .transform_calculate(rank="indexof(['done', 'late', 'open'], datum.state)")
    )
    return bars.properties(
        width=WIDTH - 260,
        height=19 * len(rows),
        title=alt.TitleParams(
            text=f"{done} of {items} items are done, {late} are late",
            subtitle="by checklist and step; grey: done, orange: late, light: open and not yet due",
        ),
    )
