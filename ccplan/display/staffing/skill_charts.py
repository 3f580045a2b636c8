"""Charts of shared skills: what pooling saves, and how few cross-trained agents are enough."""

import altair as alt
import numpy as np

from .. import theme
from ..theme import ACCENT, CONTEXT, INK, QUIET

_MOST_OF_IT = 2 / 3  # of the gain: the share of cross-training that the title names


def pooling_chart(gain):
    """Agent-hours of siloed queues, of the groups as they are and of everybody cross-trained; a frame of
    `pooling_gain`.

    Beside each bar stand the hours and the service with its 95 % interval, for hours compare at equal promises only.
    """
    rows = gain.assign(
        place=range(len(gain)),
        words=[_hours_words(row) for row in gain.itertuples()],
        colour=[CONTEXT]
        + [ACCENT if name == "as it is" or len(gain) == 2 else "#8CB8D6" for name in gain["arrangement"][1:]],
    )
    y = alt.Y(
        "arrangement:N",
        sort=alt.SortField("place"),
        title=None,
        axis=alt.Axis(labelColor=INK, labelFontSize=13, domain=False, ticks=False, labelLimit=220),
    )
    x = alt.X(
        "agent_hours:Q",
        title="agent-hours on the phones (net)",
        scale=alt.Scale(domain=[0, float(rows["agent_hours"].max()) * 1.55], nice=False),
        axis=alt.Axis(values=_ticks(rows["agent_hours"].max())),
    )
    bars = alt.Chart(rows).mark_bar(height=26).encode(x=x, y=y, color=alt.Color("colour:N", scale=None))
    words = alt.Chart(rows).mark_text(align="left", dx=8).encode(x=x, y=y, text="words:N")
    title = alt.TitleParams(
        pooling_finding(gain),
        subtitle="the same promise to every queue; service of the day on fresh simulated days, with its 95 % interval",
    )
    return (bars + words).properties(title=title, height=46 * len(rows), width=theme.WIDTH)


def pooling_finding(gain):
    """What shared skills save, in a sentence.

    >>> import pandas as pd
    >>> pooling_finding(pd.DataFrame({"arrangement": ["siloed", "as it is", "all cross-trained"], "saved": [0, 0.06, 0.09],
    ...                               "agent_hours": [200.0, 188.0, 182.0]}))
    'The groups as they are save 6 % of the hours of siloed queues; everybody cross-trained would save 9 %'
    """
    saved = gain.set_index("arrangement")["saved"]
    full = saved.iloc[-1]
    if "as it is" not in saved.index:
        return f"Everybody cross-trained {_saves(full)} of the hours of siloed queues".replace("%", " %")
    words = f"The groups as they are {_saves(saved['as it is'], many=True)} of the hours of siloed queues; everybody cross-trained would {_saves(full, many=True)}"
    return words.replace("%", " %")


def _saves(part, many=False):
    verb = ("save" if part >= 0 else "add") + ("" if many else "s")
    return f"{verb} {abs(part):.0%}"


def cross_training_chart(curve):
    """The agents that one interval needs by the share who take every queue; a frame of `cross_training`."""
    rows = curve.assign(
        words=[f"{n:.0f}" if new else "" for n, new in zip(curve["agents"], curve["agents"].diff().fillna(1) != 0)],
        chosen=(curve.index == _enough(curve)).astype(int),
    )
    low, high = float(rows["agents"].min()), float(rows["agents"].max())
    x = alt.X(
        "share:Q",
        title="share of the agents who are cross-trained",
        axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        scale=alt.Scale(domain=[-0.04, 1], nice=False),
    )
    y = alt.Y(
        "agents:Q",
        title=None,
        axis=alt.Axis(values=_whole_ticks(low, high), format="d"),
        scale=alt.Scale(domain=[low - 1, high + 1], nice=False, zero=False),
    )
    line = alt.Chart(rows).mark_line(color=theme.RULE, interpolate="linear").encode(x=x, y=y)
    colour = alt.condition("datum.chosen == 1", alt.value(ACCENT), alt.value("#8C959F"))
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, opacity=1)
        .encode(x=x, y=y, color=colour, size=alt.condition("datum.chosen == 1", alt.value(170), alt.value(60)))
    )
    words = (
        alt.Chart(rows)
        .mark_text(dy=-16, fontWeight=600)
        .encode(x=x, y=y, text="words:N", color=alt.condition("datum.chosen == 1", alt.value(ACCENT), alt.value(QUIET)))
    )
    title = alt.TitleParams(
        cross_training_finding(curve),
        subtitle="agents on the phones (net) with which every queue keeps its promise; the axis does not begin at zero",
    )
    return (line + points + words).properties(title=title, width=560, height=260)


def cross_training_finding(curve):
    """How few cross-trained agents buy most of the gain, in a sentence.

    >>> import pandas as pd
    >>> cross_training_finding(pd.DataFrame({"share": [0, 0.2, 1], "agents": [28, 25, 24], "gain": [0, 0.75, 1.0]}))
    '20 % cross-trained buy 75 % of the gain: 25 agents in place of 28, where all cross-trained need 24'
    """
    first, last, chosen = curve.iloc[0], curve.iloc[-1], curve.loc[_enough(curve)]
    if last["agents"] >= first["agents"]:
        return f"Cross-training saves nobody here: {first['agents']:.0f} agents either way"
    words = f"{chosen['share']:.0%} cross-trained buy {chosen['gain']:.0%} of the gain: {chosen['agents']:.0f} agents in place of {first['agents']:.0f}"
    words += f", where all cross-trained need {last['agents']:.0f}" if chosen["agents"] > last["agents"] else ""
    return words.replace("%", " %").replace("buy 100 %", "buy all")


def _enough(curve):
    """The label of the least share that buys most of the gain."""
    return curve.index[(curve["gain"] >= _MOST_OF_IT - 1e-9).to_numpy().argmax()]


def _whole_ticks(low, high):
    """Whole numbers from the fewest agents to the most, half a dozen at most."""
    step = -(-int(high - low) // 6) or 1
    return list(range(int(low), int(high) + 1, step))


def _hours_words(row):
    return f"{row.agent_hours:,.1f} h  ·  {100 * row.service_level:.1f} % ± {100 * row.service_level_ci95:.1f} in time"


def _ticks(most):
    """Four or five round numbers from 0 to the longest bar."""
    step = 10.0 ** np.floor(np.log10(max(most, 1.0)))
    step = next(step * part for part in (0.25, 0.5, 1.0, 2.0) if most / (step * part) <= 5)
    return [float(value) for value in np.arange(0, most + 1e-9, step)]
