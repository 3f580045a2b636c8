"""Charts and tables of a forecast: the finding in the title, the same bytes every time, words where a history is
too short.
"""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from ccplan import display
from ccplan.display.forecast import charts, tables
from ccplan.display.tables import Words
from ccplan.planning import apply_overrides, forecast_queues
from ccplan.planning.forecasting import looks
from tests.effort import DEEP
from tests.test_forecast_looks import CENTRE, history

FILE = Path(__file__).parents[1] / "notebooks" / "02_forecast.ipynb"


@pytest.fixture(scope="module")
def rows():
    return history(days=200, noise=0.1, chance=True)


@pytest.fixture(scope="module")
def found(rows):
    return forecast_queues(rows, CENTRE, "14d", samples=100, method="calendar regression")[0]


@pytest.fixture(scope="module")
def then(rows):
    return forecast_queues(rows, CENTRE, "28d", at=tables.replay_start(rows), method="calendar regression")[0]


@pytest.fixture(scope="module")
def drawn(rows, found, then):
    """Every chart by name, drawn twice."""
    days = looks.with_band(found.frame, levels=(0.1, 0.25, 0.75, 0.9))
    overridden = apply_overrides(then.frame, override(then), centre=CENTRE)
    makers = {
        "history": lambda: charts.history_chart(looks.history_days(rows, CENTRE), "q"),
        "week": lambda: charts.week_chart(looks.week_shape(rows, CENTRE), "q"),
        "parts": lambda: charts.parts_chart(looks.days_by_part(rows, CENTRE), "q"),
        "errors": lambda: charts.errors_chart(
            looks.errors_ahead(found.tested), looks.errors_by_hour(found.tested, found.ahead.slots), "q"
        ),
        "fan": lambda: charts.fan_chart(looks.day_totals(rows), days, "q"),
        "calibration": lambda: charts.calibration_chart(looks.calibration(found.tested), "q"),
        "override": lambda: charts.override_chart(overridden, rows, "q"),
    }
    return {name: [display.show(make()) for _ in range(2)] for name, make in makers.items()}


def override(then, factor=2.0):
    start = then.frame["start"].min().normalize() + pd.Timedelta(days=7)
    return pd.DataFrame(
        [
            {
                "made_on": start - pd.Timedelta(days=30),
                "who": "Ann",
                "why": "a <b>letter</b>",
                "queue": "q",
                "start": start,
                "end": start + pd.Timedelta(days=6),
                "factor": factor,
            }
        ]
    )


def test_seven_charts_the_same_bytes_every_time_and_said_in_words(drawn):
    assert len(drawn) == 7
    for first, again in drawn.values():
        assert first == again
        svg = ElementTree.fromstring(first.svg)
        assert svg.get("role") == "img" and svg.get("aria-label") == first.alt
        assert not re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", first.svg)
        assert first.svg.count("<path") > 5 and float(svg.get("width")) < 1000


def test_titles_state_the_finding(drawn):
    words = {name: pictures[0].alt for name, pictures in drawn.items()}
    assert words["history"].startswith("1 of 200 days is not learned from as it is: 1 unusually few")
    assert words["week"].startswith("Mondays bring 3.") and "the peak is at 10:00" in words["week"]
    assert words["parts"].startswith("The weekday moves a day most")
    assert words["fan"].startswith("Monday") and "will be the busiest day" in words["fan"]
    assert re.match(r"The 80 % band held (7[5-9]|8[0-5])% of the intervals", words["calibration"])
    assert words["override"].startswith("The override was wrong")
    assert "chance alone" in words["errors"]


def test_what_is_drawn_is_rounded_finer_than_a_pixel():
    rows = charts.settled(pd.DataFrame({"a": [1234.56789, 0.1], "b": [0.0012345678, 0.0], "c": [0.0, 0.0]}))
    assert rows["a"].tolist() == [1235, 0] and rows["b"].iloc[0] == 0.001235 and rows["c"].tolist() == [0, 0]


def test_repaired_days_and_events_are_in_the_history():
    rows = history(noise=0.05)
    day = rows["start"].dt.normalize()
    rows.loc[day == "2026-04-15", "offered"] *= 10
    events = pd.DataFrame({"event": ["sale & more"], "start": ["2026-03-02"], "end": ["2026-03-04"]})
    days = looks.history_days(rows[day != "2026-03-11"], CENTRE, events=events)
    picture = display.show(charts.history_chart(days, "<script>alert(1)</script>"))
    assert picture.alt.startswith("2 of 140 days are not learned from as they are: 1 missing, 1 unusually many")
    assert "sale &amp; more" in picture.svg and "<script" not in picture.svg


def test_an_override_that_was_right_is_said_to_be(rows, then):
    busy = rows.assign(
        offered=rows["offered"] * np.where(rows["start"] >= then.frame["start"].min() + pd.Timedelta(days=7), 2, 1)
    )
    frame = apply_overrides(then.frame, override(then), centre=CENTRE)
    assert charts.override_finding(frame, busy).startswith("The override was right")
    assert charts.override_finding(frame, rows.head(4)).startswith("The overrides change the contacts to come by +2")
    effect = tables.override_effect_table(frame, busy)
    assert effect.index.tolist() == ["all days", "days of override 1"]
    shown = tables.overrides_table(frame.attrs.get("rows", override(then)))
    assert "&lt;b&gt;letter" in shown._repr_html_() and "+100%" in shown._repr_html_()


def test_the_answer_is_made_from_the_forecast(found):
    words = str(tables.forecast_answer(found))
    total = looks.with_band(found.frame, by=pd.Series(0, found.frame.index)).iloc[0]
    assert f"about {tables._round(total['offered'])} contacts" in words
    assert f"between {tables._round(total['offered_p10'])} and {tables._round(total['offered_p90'])}" in words
    assert f"the band of 80 % held {looks.coverage(found.tested):.0%}" in words


def test_the_league_leaves_seconds_out_unless_asked(found):
    assert "seconds" not in tables.league(found) and "seconds" in tables.league(found, seconds=True)
    assert tables.league(found)["used"].tolist() == ["●"]


def test_the_days_add_up(found):
    shown = tables.days_table(found)
    total = sum(float(words.replace(",", "")) for words in shown["contacts (mean)"])
    assert len(shown) == 14 and total == pytest.approx(found.frame["offered"].sum(), abs=8)


def test_a_replayed_day_ends_near_the_truth(rows, then):
    shown = tables.replay_table(then, rows, tables.surprise(then, rows), every="1h")
    seen = [float(words.replace(",", "")) for words in shown["came so far"]]
    widths = [
        float(high.replace(",", "")) - float(low.replace(",", ""))
        for low, high in zip(shown["whole day, P10"], shown["P90"], strict=True)
    ]
    assert shown.index[0] == "before it opened" and seen == sorted(seen) and widths[-1] < 0.6 * widths[0]
    assert shown["came in the end"].nunique() == 1


def test_where_a_history_is_too_short_there_are_words():
    (found,) = forecast_queues(history(days=10), CENTRE, "7d", samples=50)
    assert isinstance(charts.errors_picture(found), Words) and isinstance(charts.calibration_picture(found), Words)
    assert isinstance(tables.league(found), Words) and "too short to hold days out" in str(
        tables.forecast_answer(found)
    )


def test_no_repairs_are_said_and_many_are_cut():
    none = looks.repaired_days(history(), CENTRE)
    assert "as it is" in str(tables.repairs_table(none))
    many = pd.DataFrame(
        {
            "queue": "q",
            "day": pd.date_range("2026-01-01", periods=30),
            "offered": np.nan,
            "taken_as": 5.0,
            "why": "missing",
        }
    )
    shown = tables.repairs_table(many).frame
    assert (
        len(shown) == tables.MOST + 1 and "18 more" in shown["day"].iloc[-1] and shown["what came"].iloc[0] == "no rows"
    )


@pytest.mark.parametrize("days", [12, 75] if DEEP else [12])
def test_the_notebook_runs_on_a_folder_that_holds_only_intervals(tmp_path, days):
    rows = history(days=days, noise=0.1, chance=True)
    rows.astype({"offered": int}).to_csv(tmp_path / "intervals.csv", index=False, date_format="%Y-%m-%d %H:%M")
    code = "\n".join(
        cell.source.replace('folder = "" ', f"folder = {str(tmp_path)!r} ")
        for cell in nbformat.read(FILE, as_version=4).cells
        if cell.cell_type == "code"
    )
    exec(code, {})  # in this process, where the libraries are loaded; a cell that fails fails here


def test_a_few_days_without_a_monday_have_a_day_on_their_axis():
    days = pd.Series(pd.date_range("2026-03-03", periods=4))  # a Tuesday to a Friday
    assert [mark.to_dict() for mark in charts._weeks(days)] == [{"year": 2026, "month": 3, "date": 3}]
    mondays = charts._weeks(pd.Series(pd.date_range("2026-03-02", periods=140)))
    assert [mark.to_dict()["date"] for mark in mondays] == [2, 16, 30, 13, 27, 11, 25, 8, 22, 6]
