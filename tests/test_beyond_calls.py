"""What the staffing notebook shows beyond calls: the right rows, honest words, and a sentence where there is
nothing.
"""

from dataclasses import replace

import pandas as pd
import pytest

from ccplan import display
from ccplan.data import Centre, OpeningHours, Queue
from ccplan.display.staffing.panel import _Desk
from ccplan.planning import blending_gain, staff
from ccplan.queueing import Callbacks, Targets, required_agents, required_chat_agents
from tests.panel_actions import message

START = pd.Timestamp("2026-09-01 09:00")


def rows(queue, counts, aht_s=300.0, start=START):
    return pd.DataFrame(
        {
            "queue": queue,
            "start": pd.date_range(start, periods=len(counts), freq="30min"),
            "offered": counts,
            "aht_s": aht_s,
        }
    )


CHAT = Queue(name="chat", channel="chat", at_once=2, slowdown=0.4, patience_s=240, targets=Targets(target_s=60))
MAIL = Queue(name="mail", channel="email", deadline_s=14_400, worked=OpeningHours.of(every_day="09:00-17:00"))
CENTRE = Centre(name="x", queues=(Queue(name="a", patience_s=180), Queue(name="b", patience_s=180), CHAT, MAIL))
BARE = Centre(name="x", queues=(Queue(name="a", patience_s=180),))
TABLE = pd.concat(
    [rows("a", [10, 60, 100, 80]), rows("b", [20, 30, 40, 10]), rows("chat", [5, 20], 600.0), rows("mail", [30, 9])],
    ignore_index=True,
)


def test_the_busiest_hours_of_the_queues_that_can_share():
    shared = display.shared_hours(TABLE, CENTRE, START, hours=1)
    assert shared["queue"].unique().tolist() == [
        "a",
        "b",
    ]  # 100 + 80 + 40 + 10 = 230 calls from 10 to 11; 60 + 100 + 30 + 40 as many from half past 9
    assert shared["start"].min() == pd.Timestamp("2026-09-01 09:30") and shared["offered"].sum() == 230


def test_the_chat_answer_is_that_of_the_formulas():
    words = str(display.chat_answer(TABLE, CENTRE, START))
    alone = required_agents(20, 600, CHAT.targets, patience_s=240)
    held = required_chat_agents(20, 600, CHAT.targets, at_once=2, slowdown=0.4, patience_s=240)
    assert (
        f"At 09:30 on Tuesday 1 September 2026, 20 contacts of the queue chat need {held} people who hold 2 at a time, in place of {alone}"
        in words
    )
    assert "in place of 10.0" in words and "slowdown of 40%" in words


def test_a_week_of_mail_up_to_the_day():
    fortnight = pd.concat([rows("mail", [10], start=START + pd.Timedelta(days=day)) for day in range(-10, 3)])
    week = display.waiting_rows(fortnight, CENTRE, START)
    assert (week["start"].min(), week["start"].max()) == (START - pd.Timedelta(days=6), START)
    assert display.backlog_picture(fortnight, CENTRE, START).alt.startswith(
        "Every day keeps its promise of 80% by the deadline"
    )


def test_callbacks_are_said_as_they_are_counted():
    staffed = staff(rows("a", [60, 100, 90, 60]), CENTRE)
    table = display.callbacks_table(staffed, CENTRE, Callbacks(threshold_s=20, accept=0.5), hours=1)
    assert table["offered"].tolist() == [100, 90] and (table["agents"] <= table["agents_without"]).all()
    saved = (table["agents_without"] - table["agents"]).sum() / 2
    assert f"callbacks save {saved:g} of {table['agents_without'].sum() / 2:g} agent-hours" in str(
        display.callbacks_answer(table, CENTRE)
    )
    level = table.assign(agents=table["agents_without"])
    assert "save no agent-hours" in str(display.callbacks_answer(level, CENTRE))


def test_blending_is_said_as_it_is_counted():
    gain = blending_gain(rows("a", [60, 100, 80]), CENTRE, 300.0, 6)
    words = str(display.blending_answer(gain))
    assert f"{gain['blended_hours'].iloc[0]:g} agent-hours" in words and "only 0.5 hours" in words
    assert "saves nothing" in str(display.blending_answer(gain.assign(saved_hours=0.0, saved=0.0)))


@pytest.mark.parametrize(
    "show, words",
    [
        (lambda: display.pooling_picture(display.shared_hours(TABLE, BARE, START), BARE), "Only one queue of calls"),
        (lambda: display.cross_training_picture(TABLE[TABLE["queue"] == "a"], BARE), "needs two queues with calls"),
        (lambda: display.chat_answer(TABLE, BARE, START), "No queue of this centre lets agents hold several"),
        (lambda: display.concurrency_picture(TABLE, BARE, START), "No queue of this centre lets agents hold several"),
        (lambda: display.backlog_picture(TABLE, BARE, START), "work that may wait"),
        (lambda: display.modes_picture(BARE), "no outbound campaign"),
        (lambda: display.penetration_picture(BARE), "no outbound campaign"),
    ],
)
def test_where_there_is_nothing_of_the_kind_a_sentence_says_so(show, words):
    assert words in str(show())


# ---------------------------------------------------------------------------------------- days with nothing to show


def zoned(table):
    return table.assign(start=table["start"].dt.tz_localize("Europe/Helsinki"))


def test_a_day_without_queues_that_share_is_said_in_words():
    mail = zoned(rows("mail", [30, 9]))
    shared = display.shared_hours(mail, CENTRE, "2026-09-01")
    assert shared.empty and "nothing to share" in str(display.pooling_picture(shared, CENTRE))
    assert display.shared_hours(zoned(TABLE), CENTRE, "2020-01-01").empty


def test_a_week_of_mail_is_found_by_a_local_date_alone():
    mail = zoned(rows("mail", [10, 20]))
    assert display.waiting_rows(mail, CENTRE, "2026-09-01")["offered"].tolist() == [10, 20]
    assert display.waiting_rows(mail, CENTRE, "2026-09-07")["offered"].tolist() == [10, 20]
    assert display.waiting_rows(mail, CENTRE, "2026-09-08").empty


def test_callbacks_are_refused_in_words_where_a_caller_has_no_agent_of_his_own():
    chats = staff(rows("chat", [5, 20], 600.0), CENTRE)
    with pytest.raises(ValueError, match="the queue chat"):
        display.callbacks_table(chats, CENTRE, Callbacks(threshold_s=20, accept=0.5, promise_s=7200))


def test_a_day_without_calls_is_told_and_left_again():
    table = pd.concat([rows("a", [0, 0]), rows("a", [10, 20], start=START + pd.Timedelta(days=1))], ignore_index=True)
    desk = _Desk(zoned(table), BARE)
    desk.go("a")
    assert str(desk.date) == "2026-09-02"
    picked = message(desk) | {"pickers": desk.state.places | {"day": "2026-09-01"}}
    assert "No calls were offered on this day" in desk.answer(picked)["warnings"][0]
    assert desk.answer(picked | {"pickers": picked["pickers"] | {"day": "2026-09-02"}})["charts"]
    none = _Desk(zoned(rows("a", [0, 0])), BARE)
    none.go("a")
    assert "No calls were offered" in none.answer(message(none))["warnings"][0]


def test_one_agent_fewer_is_one_fewer_than_the_busiest_interval_needs():
    """The peak of people may lie elsewhere than the peak of load: the sentence is about the curve's own interval."""
    calls = rows("a", [60, 100])
    view = display.staffing_view(calls, display.start_inputs(calls, BARE), BARE)
    needed = int(view.curve.loc[view.curve["chosen"], "agents"].item())
    fewer = view.curve.loc[view.curve["agents"] == needed - 1, "service_level"].item()
    other = replace(view, totals=replace(view.totals, agents=needed + 2))
    assert f"One agent fewer in the busiest interval would answer {fewer:.0%}." in str(other.answer())
