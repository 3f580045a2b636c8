"""Charts of the channels: their findings from the numbers, and that they can be drawn."""

import pandas as pd
import pytest

from ccplan.data import Queue
from ccplan.display.staffing.channel_charts import (
    backlog_chart,
    backlog_finding,
    concurrency_chart,
    concurrency_finding,
    concurrency_rows,
)
from ccplan.display.charts import show
from ccplan.planning import plan_deferred
from ccplan.queueing import Targets

from .test_deferred import CENTRE, mails

CHAT = Queue(name="chat", channel="chat", at_once=2, slowdown=1.0, patience_s=240, targets=Targets(target_s=60))


@pytest.mark.parametrize(
    "agents, words", [(None, "Every day keeps its promise of 100% by the deadline"), (1, "late from Monday 10:42")]
)
def test_backlog_says_whether_the_promise_is_kept(agents, words):
    plan = plan_deferred(mails(), CENTRE, agents=agents)
    assert words in backlog_finding(plan)
    drawn = show(backlog_chart(plan)).svg
    assert words in drawn and "contacts left to answer" in drawn


def test_concurrency_says_where_it_stops_helping():
    """At a slowdown of 1 two chats at a time are worth one: nobody is saved for long."""
    rows = concurrency_rows(60, 600, CHAT, most=4)
    assert rows["worth"].tolist() == [1, 1, 1, 1] and rows["in_use"].tolist() == [False, True, False, False]
    saved = pd.DataFrame(rows).assign(agents=[9.0, 9, 9, 9])
    assert concurrency_finding(saved) == "Chats at a time save nobody: 9 people are needed either way"
    saved = rows.assign(agents=[9.0, 6, 6, 6], handle_s=[600.0, 900, 900, 900])
    assert (
        concurrency_finding(saved) == "2 at a time need 6 people in place of 9, each chat 50% longer; more save nobody"
    )
    assert "people needed" in show(concurrency_chart(saved)).svg
