"""Planner's overrides: what they do to a forecast, when they are seen, how they are kept, and whether they helped."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.planning.forecasting.long_range import apply_drivers
from ccplan.planning.forecasting.overrides import (
    add_override,
    apply_overrides,
    checked_overrides,
    override_effect,
    overrides_of,
)
from ccplan.planning.forecasting.own_tables import written_factor

CENTRE = Centre(name="E", queues=(Queue(name="q"), Queue(name="r")))
ROW = dict(
    made_on="2026-07-20", who="Ann", why="campaign", queue="q", start="2026-08-03", end="2026-08-04", factor="+12 %"
)
MORE = ROW | dict(why="fair", start="2026-08-04", end="2026-08-05", factor=None, contacts_per_day=60)


def frame(queue="q"):
    """Three days of four intervals; the third is empty by the model."""
    starts = pd.date_range("2026-08-03", periods=3).repeat(4) + pd.to_timedelta(np.tile([8, 9, 10, 11], 3), unit="h")
    mean = np.array([10, 20, 30, 40, 10, 20, 30, 40, 0, 0, 0, 0.0])
    return pd.DataFrame(
        {
            "queue": queue,
            "start": starts,
            "offered": mean,
            "offered_p10": 0.8 * mean,
            "offered_p90": 1.3 * mean,
            "aht_s": 300.0,
            "path_1": mean.round(),
            "path_2": (1.1 * mean).round(),
        }
    )


def test_factors_multiply_and_contacts_are_added_as_the_day_goes():
    found = apply_overrides(frame(), pd.DataFrame([ROW, MORE]), centre=CENTRE)
    by_hand = [
        11.2,
        22.4,
        33.6,
        44.8,
        *(np.array([10, 20, 30, 40]) * 1.12 + np.array([0.1, 0.2, 0.3, 0.4]) * 60),
        15,
        15,
        15,
        15,
    ]
    assert found["offered"].to_numpy() == pytest.approx(by_hand)
    assert found["offered_before"].tolist() == frame()["offered"].tolist()
    busy = found["offered_before"] > 0
    assert (found["offered_p90"] / found["offered"])[busy].to_numpy() == pytest.approx(1.3)
    assert (found["offered_p10"] / found["offered"])[busy].to_numpy() == pytest.approx(0.8)
    assert found["overrides"].tolist() == ["1"] * 4 + ["1;2"] * 4 + ["2"] * 4
    assert found["aht_s"].eq(300).all() and list(found)[2:4] == ["offered_before", "offered"]


def test_paths_stay_whole_and_keep_the_sum_of_the_day():
    found = apply_overrides(frame(), pd.DataFrame([ROW]), centre=CENTRE)
    for path in ("path_1", "path_2"):
        assert (found[path] % 1 == 0).all()
        assert found[path].iloc[:4].sum() == pytest.approx(1.12 * frame()[path].iloc[:4].sum(), abs=0.51)


def test_small_counts_are_not_rounded_away():
    many = pd.concat([frame().iloc[:4]] * 1).assign(offered=1.0, path_1=1.0)
    found = apply_overrides(many, pd.DataFrame([ROW | {"factor": 1.5}]), centre=CENTRE)
    assert found["path_1"].sum() == 6


def test_taking_away_stops_at_nothing():
    found = apply_overrides(frame(), pd.DataFrame([MORE | {"contacts_per_day": -500}]), centre=CENTRE)
    assert (found["offered"] >= 0).all() and found["offered"].iloc[4:].sum() == 0


def test_without_overrides_nothing_changes():
    none = overrides_of("no such folder")
    found = apply_overrides(frame(), none)
    pd.testing.assert_frame_equal(found[list(frame())], frame())
    assert found["overrides"].eq("").all()


@pytest.mark.parametrize(
    "at, seen", [("2026-07-20", False), ("2026-07-20 18:00", False), ("2026-07-21", True), (None, True)]
)
def test_an_override_is_seen_from_the_day_after_it_was_made(at, seen):
    found = apply_overrides(frame(), pd.DataFrame([ROW]), at=at)
    assert (found["offered"].iloc[0] == pytest.approx(11.2)) == seen


def test_only_its_own_queue_is_changed():
    both = pd.concat([frame(), frame("r")], ignore_index=True)
    found = apply_overrides(both, pd.DataFrame([ROW | {"queue": "r"}]))
    assert found["offered"].iloc[:12].tolist() == frame()["offered"].tolist()
    assert found["offered"].iloc[12] == pytest.approx(11.2)


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"queue": "nix"}, "queue must be one of q, r, got 'nix'"),
        ({"end": "2026-08-01"}, "end must be at or after start"),
        ({"factor": "-100 %"}, "factor must be a factor above 0"),
        ({"factor": "-120%"}, "factor must be a factor above 0"),
        ({"factor": 0}, "factor must be"),
        ({"factor": "much"}, "factor must be a number"),
        ({"factor": "+0.12"}, "factor must be a factor such as 1.12, or a change such as"),
        ({"who": " "}, "who must say who made it"),
        ({"why": None}, "why must say why"),
        ({"made_on": None}, "made_on must be a date"),
        ({"factor": None}, "contacts_per_day must be given, one of the two"),
        ({"contacts_per_day": 5}, "one of the two"),
        ({"start": "soon"}, "start must be a date"),
        ({"factor": None, "contacts_per_day": np.inf}, "contacts_per_day must be a number"),
    ],
)
def test_rows_that_cannot_be_are_refused_in_words_and_not_written(tmp_path, wrong, words):
    with pytest.raises(ValueError, match="overrides: ") as refused:
        add_override(tmp_path, CENTRE, **ROW | wrong)
    assert words in str(refused.value) and not (tmp_path / "overrides.csv").exists()
    with pytest.raises(ValueError, match="overrides: "):
        apply_overrides(frame(), pd.DataFrame([{"contacts_per_day": None} | ROW | wrong]), centre=CENTRE)


@pytest.mark.parametrize(
    "written, factor",
    [("+12 %", 1.12), ("-5%", 0.95), ("−5 %", 0.95), ("112 %", 1.12), ("1,12", 1.12), (1.12, 1.12), ("", None)],
)
def test_a_factor_may_be_written_in_many_ways(written, factor):
    assert written_factor(written) == factor


def test_the_file_keeps_what_was_written(tmp_path):
    add_override(tmp_path, CENTRE, **ROW | {"why": "=SUM(A1)"})
    add_override(tmp_path, CENTRE, **MORE)
    add_override(tmp_path, CENTRE, **MORE | {"who": 'Béa, "planner"'})
    text = (tmp_path / "overrides.csv").read_text(encoding="utf-8")
    assert "'=SUM(A1)" in text, "a spreadsheet must not run it"
    found = overrides_of(tmp_path, CENTRE)
    assert found["why"].tolist() == ["=SUM(A1)", "fair", "fair"] and found["who"].iloc[2] == 'Béa, "planner"'
    assert found["factor"].fillna(0).tolist() == [1.12, 0, 0] and found["contacts_per_day"].fillna(0).tolist() == [
        0,
        60,
        60,
    ]
    with pytest.raises(ValueError, match="stands in overrides.csv already"):
        add_override(tmp_path, CENTRE, **MORE)


def test_a_planners_own_file_is_read_and_its_faults_told_at_once(tmp_path):
    file = tmp_path / "overrides.csv"
    file.write_text("made_on;who;why;queue;start;end;factor\n20.7.2026;Ann;sale;q;3.8.2026;4.8.2026;1,12\n")
    assert overrides_of(tmp_path, CENTRE)["factor"].tolist() == [1.12]
    add_override(tmp_path, CENTRE, **MORE)
    assert len(overrides_of(tmp_path, CENTRE)) == 2
    file.write_text("made_on,who,why,queue,start,end,factor\n2026-07-20,,sale,nix,2026-08-04,2026-08-03,-100 %\n")
    with pytest.raises(ValueError) as refused:
        overrides_of(tmp_path, CENTRE)
    for words in (
        "4 faults",
        "who must",
        "queue must be one of q, r, got 'nix' in row 2",
        "end must be at or after start",
        "factor must be a factor above 0",
    ):
        assert words in str(refused.value)
    file.write_text(
        "made_on,who,why,queue,start,end,factor,my_note\n2026-07-20,Ann,sale,q,2026-08-04,2026-08-05,1.1,keep me\n"
    )
    with pytest.raises(ValueError, match="columns of its own that writing would lose: my_note"):
        add_override(tmp_path, CENTRE, **MORE)
    assert "keep me" in file.read_text()


def _write(folder, name, number):
    for i in range(number):
        add_override(folder, CENTRE, **ROW | {"who": name, "why": f"reason {i}"})


def test_two_writers_lose_no_row(tmp_path):
    with ThreadPoolExecutor(2) as both:  # test_two_at_once does it with processes
        list(both.map(_write, [tmp_path] * 2, ["Ann", "Bo"], [5] * 2))
    found = overrides_of(tmp_path, CENTRE)
    assert len(found) == 10 and found.groupby("who").size().eq(5).all()


def test_the_effect_on_accuracy():
    """By hand: actual 12, 24, 36, 48 on the first day (1.2 × the model): WAPE 20 / 120 before, 8 / 120 after 1.12."""
    found = apply_overrides(
        pd.concat([frame(), frame("r")], ignore_index=True), pd.DataFrame([ROW, MORE]), centre=CENTRE
    )
    actual = frame().assign(offered=1.2 * frame()["offered"]).iloc[:4]
    table = override_effect(found, actual)
    assert table["queue"].tolist() == ["q"] and table["contacts"].tolist() == [120]
    assert table[["wape_before", "wape", "bias_before", "bias"]].to_numpy()[0] == pytest.approx(
        [20 / 120, 8 / 120, -20 / 120, -8 / 120]
    )
    assert table["helped"].all()
    full = override_effect(found, frame().iloc[:8], each=True).set_index("override")
    assert full.loc["1", "intervals"] == 8 and full.loc["2", "intervals"] == 4 and not full["helped"].any()
    assert full.loc["2", "wape"] == pytest.approx((0.12 * 100 + 60) / 100) and full.loc["2", "wape_before"] == 0
    with pytest.raises(ValueError, match="none in common"):
        override_effect(found, actual.assign(start=actual["start"] + pd.Timedelta(days=90)))


def test_checked_overrides_is_idempotent():
    once = checked_overrides(pd.DataFrame([ROW, MORE]), ["q"])
    pd.testing.assert_frame_equal(once, checked_overrides(once, ["q"]))


def test_overrides_after_drivers_are_held_against_what_the_drivers_made():
    drivers = pd.DataFrame(
        {
            "month": ["2026-07", "2026-08"],
            "queue": "q",
            "customers": [100, 200],
            "contact_rate": 0.5,
            "self_service": 0.0,
        }
    )
    found = apply_overrides(apply_drivers(frame(), drivers, "2026-07"), pd.DataFrame([ROW]))
    assert list(found).count("offered_before") == 1
    assert found["offered_before"].tolist() == pytest.approx((2 * frame()["offered"]).tolist())
    assert found["offered"].iloc[0] == pytest.approx(2 * 1.12 * 10)
    assert override_effect(found, frame())["wape_before"].item() == pytest.approx(1.0)


def test_rows_of_two_tables_with_the_same_labels_are_two_overrides():
    both = pd.concat([pd.DataFrame([ROW]), pd.DataFrame([ROW | dict(who="Bo")])])
    assert apply_overrides(frame(), both)["offered"].iloc[0] == pytest.approx(10 * 1.12**2)


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda actual: actual.drop(columns="offered"), "missing: offered"),
        (lambda actual: pd.concat([actual, actual]), "actual must hold an interval once"),
        (lambda actual: actual.assign(start=actual["start"].dt.tz_localize("UTC")), "must both have a time zone"),
    ],
)
def test_what_came_is_looked_at_before_the_effect_is_told(wrong, words):
    with pytest.raises(ValueError, match=words):
        override_effect(apply_overrides(frame(), pd.DataFrame([ROW])), wrong(frame()))
