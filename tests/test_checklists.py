"""Checklists, the implementation plan, the checklist's store: by hand, with more than one person at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.checklists import (
    Checklist,
    Item,
    Step,
    checklists,
    described,
    late_items,
    progress,
    starter,
    waiting_for,
)
from ccplan.auditing.kpis import KPIS
from ccplan.auditing.setting_up import implementation
from ccplan.auditing.setting_up.checklist_store import ChangedMeanwhile, ChecklistStore
from ccplan.auditing.setting_up.implementation import implementation_plan
from ccplan.data import load_table, sample_centre
from ccplan.data.budget_lines import CATEGORIES

ROOT = Path(__file__).parents[1]


def table(rows):
    frame = pd.DataFrame(rows, columns=["checklist", "step", "item", "status", "due", "department", "cost"])
    return frame.assign(due=pd.to_datetime(frame["due"]))


def test_every_list_is_whole_and_names_kpis_and_categories_that_exist():
    assert set(checklists()) == {"set-up", "requirements", "choosing KPIs", "security", "compliance", "equipment care"}
    assert len(checklists()["set-up"].steps) == 17 and len(checklists()["choosing KPIs"].steps) == 6
    for one in checklists().values():
        for step in one.steps:
            assert step.items and step.why
        for item in one.items:
            assert (
                item.how
                and item.department
                and (not item.kpi or item.kpi in KPIS)
                and (not item.budget or item.budget in CATEGORIES)
            ), item


def test_every_item_of_practice_is_where_the_table_says():
    rows = pd.read_csv(ROOT / "docs" / "practice.csv")
    assert rows["item"].is_unique and {item[0] for item in rows["item"]} == set("ABCDE")
    assert {item.split(":")[0].split()[0] for item in rows["item"] if item.startswith("A.")} == {
        f"A.{n}" for n in range(1, 18)
    }
    for row in rows.itertuples():
        file, what = row.where.split(": ", 1)
        assert what in (ROOT / file).read_text(encoding="utf-8"), row


def test_progress_by_hand():
    rows = table(
        [
            ("l", "a", "1", "done", None, "x", 0),
            ("l", "a", "2", "open", "2026-01-01", "x", 50),
            ("l", "b", "3", "not needed", None, "y", 9),
            ("l", "b", "4", "in progress", "2026-03-01", "y", 7),
        ]
    )
    told = progress(rows, "2026-02-01").set_index("step")
    assert told.loc["a", ["items", "done", "late", "cost_open", "share"]].tolist() == [2, 1, 1, 50, 0.5]
    assert told.loc["b", ["items", "done", "not_needed", "late", "share"]].tolist() == [2, 0, 1, 0, 0.0]
    assert told.loc["all", ["items", "late", "cost_open"]].tolist() == [4, 1, 57] and told.loc[
        "all", "share"
    ] == pytest.approx(1 / 3)
    assert progress(rows, "2026-02-01", by="department").set_index("department").loc["x", "done"] == 1
    only = progress(table([("l", "a", "1", "not needed", None, "x", 0)]), "2026-01-01")
    assert only["share"].isna().all(), "nothing needed has no share"
    with pytest.raises(ValueError, match="step or department"):
        progress(rows, "2026-01-01", by="owner")


def test_who_waits_for_whom_through_others():
    rows = starter(["set-up"])
    waits = waiting_for(rows)
    assert waits["set-up", "agree short- and long-term goals of each function"] > 30, (
        "nearly everything waits for the goals"
    )
    done = rows.assign(status=np.where(rows["item"].eq("rehearse the opening day"), "done", "open"))
    assert waiting_for(done).get(("set-up", "train the first class"), 0) == 0, "what is done waits for nothing"
    late = late_items(rows.assign(due=pd.Timestamp("2026-01-01")), "2026-02-01")
    assert (
        late["item"].iloc[0] == "agree short- and long-term goals of each function" and late["days_late"].iloc[0] == 31
    )


def test_items_that_wait_for_one_another_are_refused():
    items = [
        Item(item="a", step="s", how="h", department="d", days=1, after=("b",)),
        Item(item="b", step="s", how="h", department="d", days=1, after=("a",)),
    ]
    with pytest.raises(ValueError, match="circle"):
        Checklist(name="x", says="", steps=(Step(name="s", why="w", items=tuple(items)),))
    with pytest.raises(ValueError, match="must name items"):
        Checklist(
            name="x",
            says="",
            steps=(
                Step(
                    name="s",
                    why="w",
                    items=(Item(item="a", step="s", how="h", department="d", days=1, after=("nobody",)),),
                ),
            ),
        )


def test_the_critical_path_agrees_with_every_path_walked_out():
    plan = implementation_plan(starter(["set-up"]), "2026-01-05").frame.set_index("item")
    rows = described(starter(["set-up"])).set_index("item")

    def longest(item):  # the longest chain of days that ends with the item, by walking every one
        return rows.loc[item, "days"] + max((longest(before) for before in rows.loc[item, "after"]), default=0)

    for item, row in plan.iterrows():
        ends = np.busday_offset("2026-01-05", int(longest(item)) - 1)
        assert row["finish"] == pd.Timestamp(ends), item
    path = plan[plan["critical"] & (plan["finish"] <= plan.loc["open the centre", "finish"])]
    assert rows.loc[path.index, "days"].sum() == longest("open the centre"), (
        "the critical items before the opening are one longest chain"
    )


def test_a_slip_within_its_slack_moves_nothing_and_one_day_more_moves_the_opening(monkeypatch):
    rows = starter(["set-up"])
    before, known = implementation_plan(rows, "2026-01-05"), described(rows)
    item = before.frame[(before.frame["slack"] > 2) & (before.frame["latest_finish"] <= before.opening)].iloc[0]

    def opening(slip):
        days = known["days"].mask(known["item"].eq(item["item"]), known["days"] + item["slack"] + slip)
        monkeypatch.setattr(implementation, "described", lambda _: known.assign(days=days))
        return implementation_plan(rows, "2026-01-05").opening

    assert opening(0) == before.opening < opening(1)


def test_holidays_weekends_and_what_is_done():
    rows = starter(["set-up"])
    plain, free = (
        implementation_plan(rows, "2026-01-03", holidays=days) for days in ((), ("2026-01-05", "2026-01-06"))
    )
    assert plain.frame["start"].min() == pd.Timestamp("2026-01-05") and free.frame["start"].min() == pd.Timestamp(
        "2026-01-07"
    )
    done = implementation_plan(rows.assign(status="done"), "2026-01-05")
    assert done.opening is None and done.frame["start"].isna().all() and not done.frame["critical"].any()
    with pytest.raises(ValueError, match="no items"):
        implementation_plan(rows, "2026-01-05", checklist="party")


# ----------------------------------------------------------------------------------------- the store


@pytest.fixture
def store(tmp_path):
    one = ChecklistStore(tmp_path, who="Ann")
    one.begin(["security"])
    return one


ITEM = "encrypt laptops"


def test_a_change_is_on_disk_with_its_line_and_can_be_taken_back(store):
    rows = store.change("security", ITEM, "owner", "Bo", seen="")
    assert (
        rows.set_index("item").loc[ITEM, "owner"] == "Bo"
        and load_table(store.folder, "checklist").frame.set_index("item").loc[ITEM, "owner"] == "Bo"
    )
    store.change("security", ITEM, "status", "done", seen="open")
    assert store.table().set_index("item").loc[ITEM, "done_on"], "done has its day"
    assert store.journal()[["who", "did", "item"]].iloc[-1].tolist() == ["Ann", "changed", ITEM]
    row = store.undo().set_index("item").loc[ITEM]
    assert row["status"] == "open" and row["done_on"] == "" and row["owner"] == "Bo"
    assert store.undo().set_index("item").loc[ITEM, "owner"] == ""
    with pytest.raises(ValueError, match="no change of yours"):
        store.undo()


def test_the_second_is_told_and_nothing_is_overwritten(store):
    other = ChecklistStore(store.folder, who="Cy")
    other.change("security", ITEM, "owner", "Cy", seen="")
    with pytest.raises(ChangedMeanwhile, match="changed to 'Cy' by somebody else"):
        store.change("security", ITEM, "owner", "Ann", seen="")
    assert store.table().set_index("item").loc[ITEM, "owner"] == "Cy"
    with pytest.raises(ValueError, match="no change of yours"):
        store.undo()
    store.change("security", ITEM, "owner", "Ann", seen="Cy")
    with pytest.raises(ChangedMeanwhile, match="since"):
        other.undo()


@pytest.mark.parametrize(
    "column, value, words",
    [
        ("status", "nearly", "one of open"),
        ("due", "soon", "a day such as"),
        ("cost", "-4", "0 or more"),
        ("cost", "nan", "0 or more"),
        ("item", "x", "column must be"),
        ("owner", "a\nb", "one line"),
        ("owner", "x" * 501, "at most 500"),
    ],
)
def test_what_a_column_cannot_hold_is_refused_in_words(store, column, value, words):
    before = store.file.read_bytes()
    with pytest.raises(ValueError, match=words):
        store.change("security", ITEM, column, value, seen="")
    assert store.file.read_bytes() == before and len(store.journal()) == 0
    with pytest.raises(ValueError, match="no item"):
        store.change("security", "fly", "owner", "x", seen="")
    with pytest.raises(FileExistsError, match="stays as it is"):
        store.begin()


def _clerk(folder, name, item):
    one = ChecklistStore(folder, who=name)
    for i in range(8):
        seen = one.table().set_index("item").loc[item, "evidence"]
        one.change("security", item, "evidence", f"{name} {i}", seen=seen)


def test_three_at_once_lose_nothing(store):
    items = store.table()["item"].head(3)
    with ThreadPoolExecutor(3) as people:  # test_two_at_once does it with processes
        list(people.map(_clerk, [store.folder] * 3, ["p0", "p1", "p2"], items))
    rows = store.table().set_index("item")
    assert [rows.loc[item, "evidence"] for item in items] == ["p0 7", "p1 7", "p2 7"] and len(store.journal()) == 24


def test_damaged_files_are_told_in_words(tmp_path):
    store = ChecklistStore(tmp_path)
    with pytest.raises(ValueError, match="is not there"):
        store.table()
    (tmp_path / "checklist.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="lacks the column checklist"):
        store.table()


def test_the_bundled_centre_is_read_and_its_open_items_cost_what_they_cost():
    rows = load_table(sample_centre(), "checklist").frame
    told = progress(rows, "2026-10-01")
    by_hand = rows[~rows["status"].isin(["done", "not needed"])]["cost"].sum()
    assert told[told["step"].eq("all")]["cost_open"].sum() == by_hand > 0


def test_a_name_with_signs_that_part_lines_elsewhere_stays_in_the_journal(tmp_path):
    store = ChecklistStore(tmp_path, who="Ann\u2028Lee\x85")
    store.begin()
    first = store.table().iloc[0]
    store.change(first["checklist"], first["item"], "owner", "Bo", seen=first["owner"])
    assert (
        store.journal()["who"].tolist()[-1] == "Ann\u2028Lee\x85"
        and len(store.journal()) == len(ChecklistStore(tmp_path, who="Bo").journal()) > 0
    )
    assert store.undo().iloc[0]["owner"] == first["owner"]
