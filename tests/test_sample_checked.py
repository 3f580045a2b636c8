"""The checks on the bundled centre: they find what its hidden stories say, and raise no alarm where the data is
sound.
"""

import pandas as pd
import pytest

from ccplan.data import check_folder, sample_centre
from ccplan.data.sample.stories import BROKEN_WEEK, NOISE

WEEK = pd.date_range(BROKEN_WEEK.first, BROKEN_WEEK.last)


@pytest.fixture(scope="module")
def report():
    return check_folder(sample_centre())


@pytest.fixture(scope="module")
def warnings(report):
    found = report.findings[report.findings["severity"] == "warning"]
    return found.assign(
        day=[
            pd.NaT if pd.isna(start) else pd.Timestamp(start).tz_localize(None).normalize() for start in found["start"]
        ]
    )


def days(found, rule, queue="service"):
    return set(found.loc[(found["rule"] == rule) & (found["queue"] == queue), "day"])


def test_nothing_in_the_bundled_centre_is_an_error_and_every_question_can_be_asked(report):
    assert report.usable and report.count("error") == 0 and report.abilities["possible"].all()
    assert report.verdicts["verdict"].str.startswith("can be used").all()


def test_the_days_without_records_are_found(warnings):
    """The recorder fails: no records on Monday and Tuesday, in no queue."""
    for queue in ("service", "outage", "chat", "email"):
        assert days(warnings, "must be in both tables", queue) == set(WEEK[:2])


def test_the_days_with_holes_are_found(warnings):
    """Four in ten are lost from Wednesday to Sunday; service is closed on Sunday."""
    assert days(warnings, "must be as in calls") == set(WEEK[2:6])
    assert days(warnings, "must be as in calls", "outage") == set(WEEK[2:])
    lost = warnings[
        (warnings["rule"] == "must be as in calls")
        & (warnings["queue"] == "service")
        & (warnings["column"] == "offered")
    ]
    seen = (
        lost["message"]
        .str.extract(r"([\d,]+) offered in the intervals, ([\d,]+) in the calls")
        .replace(",", "", regex=True)
        .astype(int)
        .sum()
    )
    assert 1 - seen[1] / seen[0] == pytest.approx(BROKEN_WEEK.size, abs=0.05)


def test_the_garbled_hours_are_found(report, warnings):
    """Thursday 9 to 12: one agent on all calls of service, clocks stuck at 35,999 s, calls written twice."""
    mine = warnings[warnings["table"] == "calls"].set_index("rule")
    one_agent = mine.loc["an agent is on one call at a time"]
    stuck = mine[mine["message"].str.contains("a handle time above two hours")].iloc[0]
    calls = report.frame("calls")
    thursday = calls[
        (calls["arrived"] >= "2025-11-20 09:00+02:00")
        & (calls["arrived"] < "2025-11-20 12:00+02:00")
        & (calls["queue"] == "service")
    ]
    assert (
        one_agent["value"] == thursday["agent"].mode()[0]
        and one_agent["rows"] > 0.9 * (thursday["outcome"] == "answered").sum()
    )
    assert stuck["value"] == 35_999 and stuck["rows"] >= (thursday["talk_s"] == 35_999).sum() > 20
    named = [calls.iloc[int(found["row"]) - 1] for found in (one_agent, stuck)]  # rows count from 1, through all parts
    assert (
        named[0]["agent"] == one_agent["value"]
        and named[1]["talk_s"] == 35_999
        and all(row["arrived"] in set(thursday["arrived"]) for row in named)
    )


def test_no_other_day_of_the_records_is_doubted(warnings):
    compared = warnings[warnings["rule"].isin(["must be in both tables", "must be as in calls"])]
    assert set(compared["day"]) <= set(WEEK) and len(compared) == 38


def test_other_tables_raise_no_alarm(warnings):
    """The other stories (a launch, a sick team, an overrun) are true: they are for the audit to find, no faults of
    the data.
    """
    assert set(warnings["table"]) == {"calls", "intervals"}


def test_few_days_are_called_special_and_none_made_up(report, warnings):
    """Storms make days of the outage queue stand out; elsewhere chance may: less than two days in a hundred."""
    assert not (report.findings["rule"] == "counts must vary by chance").any()
    odd = warnings[warnings["rule"] == "far from the same weekdays around"]
    told = report.frame("intervals")
    open_days = told.groupby("queue")["start"].agg(lambda start: start.dt.normalize().nunique())
    share = odd.groupby("queue").size() / open_days
    assert (share.fillna(0) < 0.02).all() and share["service"] < 0.005


def test_the_quarter_of_ordinary_noise_is_quiet(warnings):
    """Of its warnings only days that chance made special: no more than one day in a hundred, over all queues."""
    inside = warnings[(warnings["day"] >= NOISE.first) & (warnings["day"] <= NOISE.last)]
    assert set(inside["rule"]) <= {"far from the same weekdays around"} and len(inside) <= 4
