"""The notebook on data: its answer and every cell come from the folder it is given, whatever the folder holds."""

import base64
import contextlib
import dataclasses
import io
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from ccplan import display
from ccplan.data import check_folder
from ccplan.data.evidence.suggestions import suggest
from ccplan.display.data import charts as data_charts
from ccplan.display.data.sheet import Sheet

FILE = Path(__file__).parents[1] / "notebooks" / "01_data.ipynb"


def centre_with(folder, **tables):
    """A small office of one queue; `tables` are frames by name."""
    (folder / "centre.toml").write_text(
        'name = "x"\ntime_zone = "Europe/Helsinki"\n[queues.service]\npatience_s = 900\n'
        '[queues.service.hours]\nweekdays = "08:00-12:00"\n'
    )
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    return folder


def calls(days=42, seed=1):
    """Forty calls an hour from 8 to 12 on weekdays; exponential patience of 100 s before a random wait."""
    chance = np.random.default_rng(seed)
    open_days = [day for day in pd.date_range("2026-01-05", periods=days) if day.day_of_week < 5]
    arrived = np.concatenate(
        [np.sort(chance.uniform(8 * 3600, 12 * 3600, chance.poisson(160))) + day.value / 1e9 for day in open_days]
    )
    patience, wait = chance.exponential(100, len(arrived)), chance.exponential(30, len(arrived))
    left = patience < wait
    return pd.DataFrame(
        {
            "call_id": range(len(arrived)),
            "queue": "service",
            "arrived": pd.to_datetime(arrived, unit="s").round("s"),
            "wait_s": np.minimum(patience, wait).round(1),
            "outcome": np.where(left, "abandoned", "answered"),
            "talk_s": np.where(left, 0, chance.lognormal(5, 0.5, len(arrived)).round()),
        }
    )


def intervals(log):
    hours = log["arrived"].dt.floor("30min").rename("start")
    return (
        log.groupby(["queue", hours])
        .agg(offered=("call_id", "size"), answered=("outcome", lambda s: (s == "answered").sum()))
        .reset_index()
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Calls and intervals that agree but for Tuesday 13 January, where a third of the calls is lost."""
    log = calls()
    lost = (log["arrived"].dt.normalize() == "2026-01-13") & (np.arange(len(log)) % 3 == 0)
    return check_folder(centre_with(tmp_path_factory.mktemp("both"), calls=log[~lost], intervals=intervals(log)))


def run(folder):
    """What the notebook's cells print as one script on a folder; what each cell shows is turned into text."""
    lines, said = [], io.StringIO()
    for cell in nbformat.read(FILE, as_version=4).cells:
        if cell.cell_type == "code":
            source = cell.source.replace('folder = "" ', f"folder = {str(folder)!r} ")
            *body, last = source.splitlines()
            lines += [*body, last if "parameters" in cell.metadata.get("tags", []) else f"print('CELL', repr({last}))"]
    with contextlib.redirect_stdout(said):
        exec("\n".join(lines), {})
    return said.getvalue()


def test_the_title_is_the_question_and_the_answer_is_made_from_the_data(both):
    assert nbformat.read(FILE, as_version=4).cells[0].source == "# Can this data be trusted?"
    words = display.data_answer(both).markdown
    assert words.startswith(f"**Yes, with care: 0 errors and {both.count('warning')} warnings in 2 tables.**")
    assert f"{int(both.abilities['possible'].sum())} of {len(both.abilities)} questions" in words
    assert "fall into the week of Monday 12 January 2026" in words


def test_it_runs_on_a_folder_with_intervals_only(tmp_path):
    said = run(centre_with(tmp_path, intervals=intervals(calls(14))))
    assert "no single calls in this folder" in said and "no table of activities" in said
    assert "calls and intervals cannot be compared" in said.lower()


def test_it_runs_on_an_export_that_nobody_knows_and_ends_at_the_panel(tmp_path):
    (tmp_path / "vienti.csv").write_text("Jakso;Puheluja\n2.3.2026 8.00;12\n13.3.2026 8.30;9\n")
    said = run(tmp_path)
    assert "**Not yet: 1 error" in said and "There are no intervals that can be read" in said
    assert "what the columns of" in said


def test_the_busiest_queue_is_shown_where_none_is_named(both, tmp_path):
    table = intervals(calls(14))
    report = check_folder(
        centre_with(tmp_path, intervals=pd.concat([table, table.assign(queue="b", offered=table["offered"] * 2)]))
    )
    assert display.busiest_queue(report) == "b" and display.busiest_queue(both) == "service"


def test_it_runs_on_a_folder_with_calls(tmp_path):
    log = calls(28)
    said = run(centre_with(tmp_path, calls=log, intervals=intervals(log)))
    assert "Calls and intervals agree on all 20 days" in said and "Callers would wait" in said
    assert "Half of the contacts take less than" in said and "suggestions for centre.toml" in said


def test_verdicts_and_findings_are_the_reports(both):
    shown = display.verdict_table(both).frame
    assert shown["table"].tolist() == both.verdicts["table"].tolist()
    assert [whole.split(":")[0] for whole in both.verdicts["verdict"]] == shown["verdict"].tolist()
    assert (
        shown["rows behind them"].replace("–", "0").str.replace(",", "").astype(int).tolist()
        == both.verdicts["doubtful_rows"].tolist()
    )
    found = display.findings_table(both, most=100, each=100).frame
    assert len(found) == both.count("warning") + both.count("error") and found["file"].ne("").all()
    counted = display.findings_by_rule(both).frame
    assert counted["findings"].sum() == (both.findings["rule"] != "").sum()


def test_the_link_holds_every_finding_and_no_formula(both):
    words = display.findings_link(both).html
    assert 'download="findings.csv"' in words and "http" not in words
    text = base64.b64decode(words.split("base64,")[1].split('"')[0])
    saved = pd.read_csv(io.BytesIO(text))
    assert (
        saved["message"].tolist() == both.findings["message"].tolist()
        and saved["rows"].tolist() == both.findings["rows"].tolist()
    )
    risky = dataclasses.replace(both, findings=both.findings.assign(value="=1+1"))
    assert b",'=1+1," in base64.b64decode(display.findings_link(risky).html.split("base64,")[1].split('"')[0])


@pytest.mark.parametrize("name", ["Ann Lee", "Ann O'Lee", 'Ann "A" O\'Lee'])
def test_names_are_withheld_unless_asked_for(both, name):
    row = {
        "table": "calls",
        "file": "calls.csv",
        "row": 3,
        "queue": "",
        "start": None,
        "column": "agent",
        "value": name,
        "rule": "r",
        "severity": "warning",
        "rows": 1,
        "message": f"agent {name!r} is not in agents",
    }
    report = dataclasses.replace(both, findings=pd.DataFrame([row]))
    hidden, shown = (display.findings_table(report, names=names)._repr_html_() for names in (False, True))
    assert "Ann" not in hidden and "(withheld)" in hidden and "Ann" in shown
    assert b"Ann" not in base64.b64decode(display.findings_link(report).html.split("base64,")[1].split('"')[0])
    hidden, shown = (display.findings_by_rule(report, names=names)._repr_html_() for names in (False, True))
    assert "Ann" not in hidden and "is not in agents" in hidden and "Ann" in shown
    assert "Ann" not in display.data_answer(report).markdown


def test_texts_are_whole_and_escaped(both):
    lacking = both.abilities[~both.abilities["possible"]]
    shown = display.abilities_table(both)._repr_html_()
    assert (
        len(lacking)
        and all(question in shown for question in both.abilities["question"])
        and all(why in shown for why in lacking["why"])
    )
    html = Sheet(pd.DataFrame({"what": ["<b>" + "x" * 200], "rows": ["3"]}), "a < b")._repr_html_()
    assert "&lt;b&gt;" + "x" * 200 in html and "class='n'>3" in html and "a &lt; b</caption>" in html


def test_days_on_which_the_tables_differ_are_left_out_of_the_estimates(both):
    kept = display.trusted_frames(both)["calls"]
    assert set(both.frame("calls")["arrived"].dt.date) - set(kept["arrived"].dt.date) == {
        pd.Timestamp("2026-01-13").date()
    }


def test_the_chart_of_volume_counts_what_came(both):
    """By hand: mean contacts of the hour over the days that had any."""
    cells = data_charts.volume_cells(both.frame("intervals"), "service").set_index(["day", "hour"])["contacts"]
    start = both.frame("intervals")["start"]
    mine = both.frame("intervals")[(start.dt.day_of_week == 2) & (start.dt.hour == 9)]
    assert cells["Wednesday", 9] == pytest.approx(mine["offered"].sum() / 6) and len(cells) == 20


def test_every_number_in_the_heat_map_can_be_read():
    """Contrast as the WCAG defines it, from the formula's text; 4.5 : 1 is its bar for small text."""

    def light(colour):
        return sum(
            weight * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4)
            for weight, c in zip(
                (0.2126, 0.7152, 0.0722), (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)), strict=True
            )
        )

    start = pd.date_range("2026-03-02", periods=101, freq="1h", tz="UTC")
    cells = data_charts.volume_cells(pd.DataFrame({"queue": "all", "start": start, "offered": range(101)}), "all")
    pairs = [sorted((light(fill), light(ink))) for fill, ink in zip(cells["fill"], cells["ink"], strict=True)]
    assert len(set(cells["fill"])) > 50 and min((high + 0.05) / (low + 0.05) for low, high in pairs) >= 4.5


def test_the_histogram_counts_the_handle_times():
    calls = pd.DataFrame({"outcome": ["answered"] * 100 + ["abandoned"], "talk_s": [*range(1, 101), 5], "acw_s": 10.0})
    bars = data_charts.handle_time_bars(calls)
    assert bars["share"].sum() == pytest.approx(1) and bars.loc[bars["until"] <= 10, "share"].sum() == 0
    assert bars.loc[(bars["from"] >= 20) & (bars["until"] <= 40), "share"].sum() == pytest.approx(0.20)
    title = " ".join(data_charts.handle_time_chart(calls).title.text)
    assert title.startswith(
        "Half of the contacts take less than 60 s, the mean is 60 s, one in twenty takes more than 105 s"
    )


def test_the_chart_of_records_marks_the_day_that_differs(both):
    days = data_charts.record_days(both, "service")
    assert days.loc[days["apart"], "date"].tolist() == [pd.Timestamp("2026-01-13")]
    assert days.loc[days["apart"], "difference"].iloc[0] == pytest.approx(-1 / 3, abs=0.02)
    assert data_charts.records_finding(days).startswith(
        "Calls and intervals differ on 1 of 30 days, most on Tuesday 13 January 2026: −3"
    )


def test_calls_of_other_queues_are_not_taken_for_missing_ones(tmp_path):
    log = calls(28)
    report = check_folder(centre_with(tmp_path, calls=log.assign(queue="PS"), intervals=intervals(log)))
    words = display.records_picture(report, "service").markdown
    assert words == "Calls and intervals cannot be compared: no call is of the queue 'service', they are of 'PS'."


def test_the_calendar_frames_the_days_that_the_checks_found(tmp_path):
    log = calls(84)
    table = intervals(log)
    wild = table["start"].dt.normalize() == "2026-02-18"
    table.loc[wild, ["offered", "answered"]] *= 3
    table = table[table["start"].dt.normalize() != "2026-02-24"]
    days = data_charts.calendar_days(check_folder(centre_with(tmp_path, intervals=table)), "service").set_index("date")
    assert days.index[days["odd"]].tolist() == [pd.Timestamp("2026-02-18")]
    assert days.index[days["gone"]].tolist() == [pd.Timestamp("2026-02-24")]
    assert (
        data_charts.calendar_finding(days.reset_index())
        == "1 of 60 days stands out, Wednesday 18 February 2026, 1 open day without a row"
    )


def test_patience_is_the_estimates_and_the_chart_says_so(both):
    chart = data_charts.patience_chart(both.frame("calls"))
    words = " ".join(chart.title.text)
    assert words.startswith("Callers would wait ") and "not the" in words
    mean = float(words.split("wait ")[1].split(" s")[0])
    assert mean == pytest.approx(100, rel=0.15)


@pytest.mark.parametrize(
    "draw",
    [
        lambda r: data_charts.volume_chart(r.frame("intervals"), "service"),
        lambda r: data_charts.calendar_chart(r, "service"),
        lambda r: data_charts.records_chart(r, "service"),
        lambda r: data_charts.patience_chart(r.frame("calls")),
        lambda r: data_charts.handle_time_chart(r.frame("calls")),
    ],
)
def test_pictures_come_out_the_same_and_ask_nobody(both, draw):
    first, second = display.show(draw(both)), display.show(draw(both))
    assert first.svg == second.svg and "http" not in first.svg.replace("http://www.w3.org", "")


def test_an_unknown_queue_is_refused_in_words(both):
    with pytest.raises(ValueError, match="queue must be one of service, got 'sales'"):
        data_charts.volume_chart(both.frame("intervals"), "sales")


def test_a_queue_that_nobody_called_is_said_in_words(both):
    silent = both.frame("intervals").assign(offered=0)
    with pytest.raises(ValueError, match="no contact of service was offered"):
        data_charts.volume_chart(silent, "service")


@pytest.mark.parametrize("lengths", [[300.0] * 50, [300.0] * 49 + [300.001], [0.5] * 49 + [0.6]])
def test_contacts_that_hardly_differ_in_length_are_drawn_or_refused_in_words(lengths):
    calls = pd.DataFrame({"queue": "a", "outcome": "answered", "talk_s": lengths})
    words = display.handle_time_picture({"calls": calls}, "a")
    assert "Half of the contacts" in words.alt if hasattr(words, "alt") else "took 300 s" in words.markdown


def test_a_day_of_one_open_hour_without_a_row_is_missed(tmp_path):
    table = intervals(calls(28))
    table = table[table["start"].dt.hour == 9]
    folder = centre_with(tmp_path, intervals=table[table["start"].dt.normalize() != "2026-01-20"])
    settings = (folder / "centre.toml").read_text()
    (folder / "centre.toml").write_text(settings.replace("08:00-12:00", "09:00-10:00"))
    days = data_charts.calendar_days(check_folder(folder), "service")
    assert days.loc[days["gone"], "date"].tolist() == [pd.Timestamp("2026-01-20")]


def test_suggestions_in_the_table_are_those_of_the_data_room(both):
    frames = {name: reading.frame for name, reading in both.readings.items()}
    made = suggest(both.folder, frames)
    assert display.suggestions_table(made).frame["setting"].tolist() == [one.name for one in made] != []
    assert "nothing is suggested" in display.suggestions_table(()).markdown
