"""The start page's numbers against the registry's measurements, its words, and centres of which little is known."""

import pandas as pd
import pytest

from ccplan.auditing import measure
from ccplan.data import load_centre, load_intervals, load_table, sample_centre
from ccplan.display.start import tiles
from ccplan.display.start.pages import ROLES, pages, pages_by_role
from ccplan.display.start.today import centre_today

FOLDER = sample_centre()


@pytest.fixture(scope="module")
def today():
    return centre_today(FOLDER)


@pytest.fixture(scope="module")
def measured():
    centre = load_centre(FOLDER)
    tables = {"intervals": load_intervals(FOLDER, centre).frame, "ledger": load_table(FOLDER, "ledger", centre).frame}

    def of(kpis, by, start, end):
        return measure(tables, kpis, by, centre=centre, start=start, end=end)

    return of


def test_it_is_about_the_last_four_whole_weeks(today):
    """The tables end on Wednesday, 30 September 2026."""
    assert (today.start, today.end, today.before) == tuple(
        map(pd.Timestamp, ("2026-08-31", "2026-09-28", "2026-08-03"))
    )
    assert today.start.weekday() == today.end.weekday() == 0


@pytest.mark.parametrize(
    ("kpi", "column", "before"),
    [
        ("service_level", "service_level", "service_before"),
        ("abandonment", "abandonment", "abandonment_before"),
        ("aht_s", "aht_s", "aht_before"),
    ],
)
def test_every_queue_and_the_whole_are_as_the_registry_measures_them(today, measured, kpi, column, before):
    for name, span in ((column, ("2026-08-31", "2026-09-28")), (before, ("2026-08-03", "2026-08-31"))):
        of_queues = measured([kpi], ["queue"], *span).set_index("queue")["value"]
        assert today.queues.set_index("queue")[name].to_dict() == pytest.approx(of_queues.to_dict(), rel=1e-12)
        assert today.whole[name] == pytest.approx(measured([kpi], [], *span)["value"].iloc[0], rel=1e-12)


def test_cost_per_contact_is_that_of_the_last_whole_month(today, measured):
    months = measured(["cost_per_contact"], ["month"], "2026-08-01", "2026-10-01")["value"]
    assert [today.money.before, today.money.cost_per_contact] == pytest.approx(months.tolist(), rel=1e-9)
    assert today.money.month == pd.Timestamp("2026-09-01")


def test_people_and_the_checklist_counted_by_hand(today):
    agents = pd.read_csv(FOLDER / "agents.csv")
    here = agents[(agents["hired"] <= "2026-09-30") & (agents["left"].isna() | (agents["left"] >= "2026-09-30"))]
    assert (today.staff.people, today.staff.fte) == (len(here), pytest.approx(here["weekly_hours"].sum() / 37.5))
    rows = pd.read_csv(FOLDER / "intervals.csv").query("'2026-08-31' <= start < '2026-09-28'")
    assert today.staff.net_fte == pytest.approx(rows["agents"].sum() / 2 / 37.5 / 4)
    items = pd.read_csv(FOLDER / "checklist.csv")
    assert len(today.overdue) == ((items["due"] <= "2026-09-30") & (items["status"] != "done")).sum()


def small(tmp_path, *, days=70, toml="", more=None, worse_from=None, first="2026-01-05"):
    """A centre of one queue, ten contacts an hour of which nine are answered in time; from a day on only six."""
    (tmp_path / "centre.toml").write_text('name = "Small"\ntime_zone = "UTC"\n[queues.a]\nchannel = "voice"\n' + toml)
    rows = []
    for day in pd.date_range(first, periods=days):
        good = 6 if worse_from and day >= pd.Timestamp(worse_from) else 9
        rows += [("a", f"{day:%Y-%m-%d} {hour:02}:00", 10, 10, 0, good, 2000) for hour in range(9, 12)]
    pd.DataFrame(
        rows, columns=["queue", "start", "offered", "answered", "abandoned", "answered_in_target", "talk_s"]
    ).to_csv(tmp_path / "intervals.csv", index=False)
    for name, text in (more or {}).items():
        (tmp_path / name).write_text(text)
    return centre_today(tmp_path)


TARGET = "[queues.a.targets]\nservice_level = 0.8\ntarget_s = 20\n"


def test_a_missed_promise_is_told_by_word_and_mark_with_its_change(tmp_path):
    today = small(tmp_path, toml=TARGET, worse_from="2026-02-16")  # the last whole weeks begin on 16 February
    shown = tiles.queue_tiles(today)._repr_html_()
    assert (
        today.start == pd.Timestamp("2026-02-16")
        and "✗ missed" in shown
        and "60.0%" in shown
        and "−30.0 points" in shown
    )
    assert "a answered 60.0% in 20 s instead of 80%" in repr(tiles.today_answer(today))


def test_a_centre_with_contacts_alone_says_what_it_cannot_show(tmp_path):
    today = small(tmp_path, days=3)
    assert (today.weeks, today.before, today.money, today.staff, today.overdue) == (0, None, None, None, None)
    words = repr(tiles.freshness_words(today))
    assert all(f"no table {name}" in words for name in ("ledger", "agents", "checklist"))
    shown = (
        tiles.centre_tiles(today)._repr_html_()
        + tiles.queue_tiles(today)._repr_html_()
        + repr(tiles.today_answer(today))
    )
    assert "nan" not in shown.lower() and "no target" not in shown and "From 5 January 2026 to 7 January 2026" in shown


def test_an_old_ledger_and_a_silent_queue_are_told(tmp_path):
    ledger = "month,category,line,planned,actual\n2026-01-01,labour,wages,100,90\n2026-02-01,labour,wages,100,\n"
    today = small(tmp_path, days=104, first="2026-01-01", more={"ledger.csv": ledger})  # to 14 April
    assert "The ledger ends in January 2026, 2 whole months before the contacts" in repr(tiles.freshness_words(today))
    assert today.money.month == pd.Timestamp("2026-01-01") and today.money.cost_per_contact == pytest.approx(
        90 / (31 * 30)
    )
    with (tmp_path / "centre.toml").open("a") as more, (tmp_path / "intervals.csv").open("a") as rows:
        more.write('[queues.b]\nchannel = "voice"\n'), rows.write("b,2026-04-01 09:00,1,1,0,1,200\n")
    assert "B has no rows after 1 April 2026" in repr(tiles.freshness_words(centre_today(tmp_path)))


def test_a_month_whose_last_day_is_there_counts_as_whole(tmp_path):
    ledger = "month,category,line,planned,actual\n2026-01-01,labour,wages,100,90\n"
    today = small(tmp_path, days=90, first="2026-01-01", more={"ledger.csv": ledger})  # to 31 March
    assert "The ledger ends in January 2026, 2 whole months before the contacts" in repr(tiles.freshness_words(today))


def test_text_from_the_tables_is_text(tmp_path):
    checklist = "checklist,step,item,due,status\nset-up,goals,<img src=x onerror=alert(1)>,2026-01-06,open\n"
    shown = tiles.centre_tiles(small(tmp_path, more={"checklist.csv": checklist}))._repr_html_()
    assert "<img" not in shown and "&lt;img src=x" in shown


def test_weeks_must_be_a_whole_number():
    with pytest.raises(ValueError, match="weeks must be a whole number"):
        centre_today(FOLDER, 0)


def test_questions_are_the_titles_of_the_notebooks_and_every_page_has_a_reader():
    known = {page.name: page.question for page in pages()}
    shown = repr(pages_by_role())
    for name, question in known.items():
        assert question.endswith("?")
        if name != "00_start":
            assert question in shown and any(name in names for _, names in ROLES.values())
