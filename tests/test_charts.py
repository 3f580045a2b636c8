"""Charts: the rows they are drawn from, the finding in the title, and the same bytes every time."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

from ccplan.display import charts, theme
from ccplan.display.tables import plain, table


@pytest.fixture
def day():
    start = pd.date_range("2026-03-02 08:00", periods=6, freq="30min", tz="Europe/Helsinki")
    agents = np.array([4, 6, 9, 9, 7, 5])
    return pd.DataFrame(
        {
            "queue": "service",
            "start": start,
            "load": agents - 1.5,
            "agents": agents,
            "scheduled": np.ceil(agents / 0.7).astype(int),
        }
    )


def curve():
    frame = pd.DataFrame({"agents": [19, 20, 21], "service_level": [0.71, 0.81, 0.88]})
    return frame.assign(chosen=frame["agents"] == 20)


def contrast(colour, paper="#FFFFFF"):
    """Contrast ratio as the web's accessibility guidelines define it."""

    def light(hexed):
        channels = [int(hexed[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(colour), light(paper)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_picture_is_the_same_bytes_every_time_and_says_what_it_shows(day):
    first, again = (charts.show(charts.requirement_chart(day, [4, 5, 9, 9, 9, 9])) for _ in range(2))
    assert first == again
    bundle = first._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    svg = ElementTree.fromstring(bundle["image/svg+xml"])
    assert svg.get("role") == "img" and svg.get("aria-label") == first.alt
    assert first.alt.startswith("Short in 1 of 6 half-hours, by 1 agent at 08:30 at worst")


def test_a_picture_asks_nothing_of_the_network(day):
    svg = charts.show(charts.requirement_chart(day)).svg
    assert not re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", svg)


def test_text_from_data_stays_text(day):
    svg = charts.show(charts.requirement_chart(day.assign(queue="<script>alert(1)</script>"))).svg
    assert "<script" not in svg
    assert plain("<b>[x](y)") == r"&lt;b&gt;\[x\](y)"


def test_titles_state_the_finding(day):
    rows = charts.day_rows(day)
    assert charts.requirement_finding(rows) == "9 on the phones at 09:00, 13 to be scheduled"
    covered = charts.day_rows(day, day["agents"])
    assert charts.requirement_finding(covered) == "The roster covers every one of the 6 half-hours"
    assert charts.curve_finding(curve(), 0.8) == "20 agents give 81%; one fewer gives 71%"
    assert "another promise" in charts.curve_finding(curve(), 0.7)


def test_erlang_title_counts_agent_hours(day):
    compared = day.assign(erlang_c=day["agents"] + 1, erlang_a=day["agents"])
    assert charts.erlang_chart(compared).title.text.startswith("Erlang C asks for 3.0 more agent-hours")
    same = day.assign(erlang_c=day["agents"], erlang_a=day["agents"])
    assert charts.erlang_chart(same).title.text == "Erlang C and Erlang A ask for the same agents all day"


def test_a_closed_hour_breaks_the_line(day):
    rows = charts.day_rows(day.drop(index=[2, 3]))
    assert rows.groupby("stretch")["hour"].max().tolist() == [9.0, 11.0]
    assert rows["hour"].tolist() == [8.0, 8.5, 9.0, 10.0, 10.5, 11.0]


@pytest.mark.parametrize("date, hours", [("2026-03-29", 23), ("2025-10-26", 25), ("2026-03-02", 24)])
def test_days_on_which_the_clock_changes(date, hours):
    start = pd.date_range(date, periods=hours, freq="h", tz="Europe/Helsinki")
    rows = charts.day_rows(pd.DataFrame({"start": start, "load": 1.0, "agents": 2, "scheduled": 3}))
    assert rows["hour"].between(0, 24).all() and rows["hour"].is_monotonic_increasing
    charts.show(charts.requirement_layers(rows, ["agents"]))


def test_a_day_without_intervals_is_refused_in_words(day):
    for chart in (charts.requirement_chart, charts.erlang_chart):
        with pytest.raises(ValueError, match="day must have an interval or more, got none"):
            chart(day.iloc[:0])


def test_labels_at_the_end_keep_their_distance():
    assert charts._apart(np.array([1.0, 1.1, 5.0]), 0.5).tolist() == [1.0, 1.5, 5.0]


@pytest.mark.parametrize("colour", [theme.INK, theme.QUIET, theme.ACCENT])
def test_text_can_be_read(colour):
    assert contrast(colour) >= 4.5


def test_the_users_own_altair_theme_is_left_alone(day):
    import altair as alt

    before = alt.theme.active
    theme.themed(charts.requirement_chart(day))
    assert alt.theme.active == before and "ccplan" in alt.theme.names()


def test_a_table_reads_as_people_write(day):
    shown = table(day.assign(service_level=0.8125, cost=12.5, asa_s=[np.nan, 1, 2, 3, 4, 5.25]))
    assert shown.index[0] == "08:00"
    assert shown.iloc[0][["load", "agents", "service_level", "cost", "asa_s"]].tolist() == [
        "2.5",
        "4",
        "81.2%",
        "12.50",
        "",
    ]
