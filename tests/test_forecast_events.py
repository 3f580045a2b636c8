"""Events of the centre: learned or given, fading, by queue; odd periods do not teach; faults in words."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue, sample_centre
from ccplan.planning import forecast
from ccplan.planning.forecasting.calendar import features
from ccplan.planning.forecasting.events import checked_calendar, checked_events, events_of, events_seen, school_of

DAYS = pd.date_range("2026-01-05", periods=175)  # ends on Sunday 28 June
BASE = np.where(DAYS.day_of_week < 5, 1000.0, 400.0)
CENTRE = Centre(name="E", interval_s=43200, queues=(Queue(name="q"), Queue(name="r")))
MODELS = ("calendar regression", "ETS", "ARIMA", "MSTL")


def history(factor, queue="q"):
    """Two intervals a day, Poisson around BASE × factor: the truth that the tests hold the forecast against."""
    counts = np.random.default_rng(1).poisson(np.repeat(BASE * factor, 2) * np.tile([0.7, 0.3], len(DAYS)))
    starts = np.repeat(DAYS, 2) + pd.to_timedelta(np.tile([0, 12], len(DAYS)), unit="h")
    return pd.DataFrame({"queue": queue, "start": starts, "offered": counts})


def by_day(past, *, events=None, method="calendar regression", **more):
    """Contacts of the eight days from Monday 29 June."""
    found = forecast(past, CENTRE, "8d", events=events, method=method, **more)
    return found.groupby(found["start"].dt.normalize())["offered"].sum().to_numpy()


@pytest.fixture(scope="module")
def calm():
    return history(np.ones(len(DAYS)))


def test_an_event_teaches_from_earlier_times_of_its_name():
    factor = np.ones(len(DAYS))
    for at in (20, 62, 104):
        factor[at : at + 5] = 1.3
    starts = [*DAYS[[20, 62, 104]], pd.Timestamp("2026-07-01")]
    ends = [*DAYS[[24, 66, 108]], pd.Timestamp("2026-07-03")]
    found = by_day(history(factor), events=pd.DataFrame({"event": "sale", "start": starts, "end": ends}))
    assert found == pytest.approx([1000, 1000, 1300, 1300, 1300, 400, 400, 1000], rel=0.06)


def test_a_given_uplift_is_taken_and_halves_after_its_end(calm):
    new = pd.DataFrame({"event": ["new"], "start": ["2026-07-01"], "uplift": ["+50 %"], "decay_days": [1]})
    plain, found = by_day(calm), by_day(calm, events=new)
    expected = [1, 1, 1.5, 1.5**0.5, 1.5**0.25, 1.5**0.125, 1.5**0.0625, 1]
    assert found / plain == pytest.approx(expected, rel=1e-3), "the log of the effect halves with each day"


def test_a_given_uplift_of_the_past_is_taken_out_of_it():
    factor = np.ones(len(DAYS))
    factor[160:] = 1.5
    past = pd.DataFrame({"event": ["push"], "start": [DAYS[160]], "end": [DAYS[-1]], "uplift": [0.5]})
    assert by_day(history(factor), events=past) == pytest.approx([1000] * 5 + [400] * 2 + [1000], rel=0.06)


@pytest.mark.parametrize("method", MODELS)
def test_an_odd_period_that_is_marked_does_not_teach_the_ordinary_week(method):
    factor = np.ones(len(DAYS))
    factor[140:] = 2.0  # the last five weeks
    strike = pd.DataFrame({"event": ["strike"], "start": [DAYS[140]], "end": [DAYS[-1]]})
    assert by_day(history(factor), method=method).mean() > 1.4 * BASE[:7].mean(), "unmarked it teaches"
    found = by_day(history(factor), events=strike, method=method)
    assert found == pytest.approx([1000] * 5 + [400] * 2 + [1000], rel=0.08)


def test_an_event_of_one_queue_leaves_the_other_alone(calm):
    both = pd.concat([calm, calm.assign(queue="r")])
    one = pd.DataFrame(
        {"event": ["new"], "start": ["2026-06-29"], "end": ["2026-07-06"], "queue": ["r"], "uplift": [1.0]}
    )
    found = forecast(both, CENTRE, "8d", events=one, method="calendar regression").groupby("queue")["offered"].sum()
    assert found["r"] == pytest.approx(2 * found["q"], rel=1e-3)


def test_an_event_over_the_whole_history_changes_nothing_that_is_ordinary(calm):
    always = pd.DataFrame({"event": ["always"], "start": ["2020-01-01"], "end": ["2030-01-01"]})
    assert by_day(calm, events=always) == pytest.approx(by_day(calm), rel=0.02)


def test_events_of_the_future_may_be_known_as_of_the_past(calm):
    late = pd.DataFrame({"event": ["new"], "start": ["2026-06-10"], "uplift": [0.25]})
    found, plain = (
        forecast(calm, CENTRE, "2d", at="2026-06-10", events=each, method="calendar regression")["offered"]
        for each in (late, None)
    )
    assert (found / plain).to_numpy() == pytest.approx([1.25, 1.25, 1, 1], rel=1e-3)


def test_school_holidays_teach():
    factor = np.ones(len(DAYS))
    weeks = [14, 56, 98]
    for at in weeks:
        factor[at : at + 7] = 0.8
    school = pd.DataFrame(
        {
            "start": [*DAYS[weeks], pd.Timestamp("2026-06-29")],
            "end": [*(DAYS[weeks] + pd.Timedelta(days=6)), pd.Timestamp("2026-07-05")],
        }
    )
    assert by_day(history(factor), school=school)[:7] == pytest.approx([800] * 5 + [320] * 2, rel=0.08)


def test_what_is_made_of_each_event_is_told(calm):
    table = pd.DataFrame(
        {
            "event": ["sale", "sale", "new", "fair"],
            "start": ["2026-03-02", "2026-07-01", "2026-07-02", "2026-07-03"],
            "end": ["2026-03-04", "2026-07-02", None, None],
            "uplift": [None, None, "5 %", None],
        }
    )
    said = events_seen(table, calm).set_index("event")
    assert said["days"].tolist() == [3, 0, 0] and said["days_to_come"].tolist() == [2, 1, 1]
    assert said["effect"].tolist() == [
        "learned from 3 days",
        "as given: +5 %",
        "none: it never came before, and no uplift is given",
    ]


def test_the_files_of_a_folder(tmp_path):
    assert events_of(sample_centre()) is None and school_of(tmp_path) is None
    (tmp_path / "events.csv").write_text(
        "Event;start;end;uplift;queue;note\nSale;1.8.2026;;0,12;;x\n"
        "Sale;21.8.2026;23.8.2026;+12 %;q;\nStrike;1.7.2026;;;;\n"
    )
    (tmp_path / "school_holidays.csv").write_text("start,end,name\n2026-06-01,2026-08-10,summer\n")
    events = events_of(tmp_path, CENTRE)
    assert events["uplift"].fillna(-1).tolist() == [0.12, 0.12, -1] and events["queue"].tolist() == ["", "q", ""]
    assert events["end"].dt.strftime("%d.%m.").tolist() == ["01.08.", "23.08.", "01.07."]
    assert school_of(tmp_path)["end"].tolist() == [pd.Timestamp("2026-08-10")]


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    (tmp_path / "events.csv").write_text(
        "event,start,end,uplift,queue,decay_days\nSale,2026-08-01,,12,,\n"
        ",2026-08-02,2026-08-01,,nix,-1\nFair,soon,,much,,\n"
    )
    with pytest.raises(ValueError) as refused:
        events_of(tmp_path, CENTRE)
    told = str(refused.value)
    for words in (
        "events.csv: 7 faults",
        "uplift must be a share such as 0.12 or +12 %",
        "got '12' in row 2",
        "end must be at or after start",
        "event must not be empty, got '' in row 3",
        "queue must be one of q, r, or empty for all, got 'nix' in row 3",
        "decay_days must be",
        "got 'soon' in row 4",
        "got 'much' in row 4",
    ):
        assert words in told, told


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"start": "soon"}, "start must be a date"),
        ({"end": "2026-01-01"}, "end must be at or after start"),
        ({"uplift": 12}, "uplift must be a share"),
        ({"uplift": -1.5}, "uplift must be a share"),
        ({"queue": "nix"}, "queue must be one of q, r"),
        ({"decay_days": -2}, "decay_days must be"),
        ({"event": ""}, "event must be its name"),
        ({"start": None}, "start must be a date"),
    ],
)
def test_events_of_a_frame_are_refused_in_words(calm, wrong, words):
    row = {"event": "new", "start": "2026-07-01", "end": None, "queue": None, "uplift": None, "decay_days": None}
    with pytest.raises(ValueError, match=words):
        forecast(calm, CENTRE, "2d", events=pd.DataFrame([row | wrong]))


def test_other_calendars_that_cannot_be_are_refused(calm):
    for calendar, words in (
        ({"events": "sale"}, "events must be a DataFrame"),
        ({"events": pd.DataFrame({"event": ["x"]})}, "missing: start"),
        ({"school": pd.DataFrame({"start": ["2026-01-02"], "end": ["2026-01-01"]})}, "school: end must be at or after"),
        ({"pay_days": (0,)}, "pay_days must be days of the month"),
        ({"pay_days": 15}, "pay_days must be days of the month"),
        ({"borrow": "r"}, "borrow must be"),
        ({"borrow": {"r": ("q", [1, 2])}}, "factor of r must be one number"),
    ):
        with pytest.raises(ValueError, match=words):
            forecast(calm, CENTRE, "2d", **calendar)


def test_no_events_are_no_events(calm):
    none = checked_events(pd.DataFrame({"event": [], "start": []}))
    assert by_day(calm, events=none) == pytest.approx(by_day(calm))


def test_a_pay_day_that_a_month_lacks_is_its_last():
    days = pd.date_range("2026-01-01", "2026-04-30")
    paid = features(days, "", pay_days=(31,))["pay day"]
    assert paid[paid > 0].index.strftime("%m-%d").tolist() == ["01-31", "02-28", "03-31", "04-30"]


def test_pay_days_may_be_given_one_by_one():
    assert checked_calendar({"pay_days": (day for day in (15, 25))}, CENTRE)["pay_days"] == (15, 25)


def test_events_of_two_tables_with_the_same_labels_are_two():
    one = pd.DataFrame({"event": ["sale"], "start": ["2026-07-01"], "uplift": [0.1]})
    assert checked_events(pd.concat([one, one.assign(event="fair")]))["event"].tolist() == ["sale", "fair"]
