"""What the staffing notebook shows beyond one queue of calls: shared skills, chat, mail, callbacks, outbound work.

Each of these is a chart or a paragraph made from a centre's own day; where the centre has nothing of the kind, a
sentence says so, so that the notebook reads on.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from . import channel_charts, outbound_charts, skill_charts
from ..charts import long_date, show
from ..panels.saying import sentence
from ..tables import Words, plain

_BEFORE = 7  # days of mail that are drawn


# ------------------------------------------------------------------------------- people with several skills


def shared_hours(intervals, centre, day, hours=2):
    """The rows of a day's busiest stretch of `hours`, for the live queues that groups of agents could share.

    `day` is any time of it, local. Queues of limited lines, and work that may wait, are left out.
    """
    live = [
        queue.name for queue in centre.queues if not queue.deferred and queue.at_once == 1 and np.isinf(queue.lines)
    ]
    today = _of_day(intervals[intervals["queue"].isin(live)], day)
    if today.empty:
        return today
    came = today.groupby("start")["offered"].sum()
    stretch = pd.Timedelta(hours=hours)
    sums = [came[(came.index >= start) & (came.index < start + stretch)].sum() for start in came.index]
    first = came.index[int(np.argmax(sums))]
    return today[(today["start"] >= first) & (today["start"] < first + stretch)]


def pooling_picture(shared, centre, *, days=200, hold_s=3600):
    """What shared skills save in these hours, as a Picture; a sentence where there are no two queues."""
    from ...planning import pooling_gain

    if shared["queue"].nunique() < 2:
        return Words("Only one queue of calls is open at this time, so there is nothing to share.")
    return _told(lambda: skill_charts.pooling_chart(pooling_gain(shared, centre, meet="day", hold_s=hold_s, days=days)))


def cross_training_picture(shared, centre, *, shares=(0, 0.1, 0.2, 0.3, 0.5, 1)):
    """How few cross-trained agents are enough at the busiest time of these hours, as a Picture or a sentence."""
    from ...planning import cross_training

    return _told(lambda: skill_charts.cross_training_chart(cross_training(shared, centre, shares=shares)))


# ------------------------------------------------------------------------------------------------- chat


def chat_answer(intervals, centre, day):
    """What holding several chats at a time does to the day's busiest interval, in a paragraph."""
    busiest = _busiest_chat(intervals, centre, day)
    if busiest is None:
        return Words(
            "No queue of this centre lets agents hold several contacts at a time (`at_once` in `centre.toml`)."
        )
    queue, rows = busiest["queue"], concurrency_of(busiest, centre)
    alone, now = rows.iloc[0], rows[rows["in_use"]].iloc[0] if rows["in_use"].any() else rows.iloc[-1]
    return Words(
        f"**At {busiest['start']:%H:%M} on {long_date(busiest['start'])}, {busiest['offered']:.0f} contacts of the queue {plain(queue.name)} need "
        f"{now['agents']:.0f} people who hold {now['at_once']:.0f} at a time, in place of {alone['agents']:.0f} who hold one.** "
        f"A busy one then holds {now['concurrency']:.1f} in the mean; by the slowdown of {queue.slowdown:.0%} in `centre.toml` "
        f"a chat takes {_minutes(alone, now)}."
    )


def concurrency_picture(intervals, centre, day, slowdown=None):
    """People needed by the chats that each holds, at the day's busiest interval; `slowdown` stands in for the
    queue's.
    """
    busiest = _busiest_chat(intervals, centre, day)
    if busiest is None:
        return chat_answer(intervals, centre, day)
    return _told(lambda: channel_charts.concurrency_chart(concurrency_of(busiest, centre, slowdown)))


def concurrency_of(busiest, centre, slowdown=None):
    """The frame of `concurrency_rows` for one interval: a dict of queue (a Queue), offered and aht_s."""
    queue = busiest["queue"] if slowdown is None else replace(busiest["queue"], slowdown=slowdown)
    return channel_charts.concurrency_rows(busiest["offered"], busiest["aht_s"], queue, interval_s=centre.interval_s)


def _minutes(alone, now):
    before, after = f"{alone['handle_s'] / 60:.1f}", f"{now['handle_s'] / 60:.1f}"
    return f"{after} minutes either way" if before == after else f"{after} minutes in place of {before}"


def _busiest_chat(intervals, centre, day):
    """queue, start, offered and aht_s of the busiest interval of the first queue of chats; its last day where it is
    closed on `day`.
    """
    from ...planning.staffing import handle_times

    for queue in centre.queues:
        mine = intervals[(intervals["queue"] == queue.name) & (intervals["offered"] > 0)]
        if queue.at_once > 1 and len(mine):
            today = _of_day(mine, day) if len(_of_day(mine, day)) else _of_day(mine, mine["start"].max())
            top = today["offered"].idxmax()
            aht_s = handle_times(today).fillna(queue.aht_s)
            return {
                "queue": queue,
                "start": today.at[top, "start"],
                "offered": float(today.at[top, "offered"]),
                "aht_s": float(aht_s[top]),
            }
    return None


# ------------------------------------------------------------------------------------- work that may wait


def backlog_picture(intervals, centre, day):
    """A week of the first queue that may wait, up to `day`: what comes, what is done and what is left, as a Picture."""
    from ...planning import plan_deferred

    rows = waiting_rows(intervals, centre, day)
    if rows.empty:
        return Words("No queue of this centre has work that may wait (`deadline_s` in `centre.toml`).")
    return _told(lambda: channel_charts.backlog_chart(plan_deferred(rows, centre)))


def waiting_rows(intervals, centre, day):
    """The rows of the first queue with a deadline, of the week up to and with `day`, any time of it, local."""
    names = [queue.name for queue in centre.queues if queue.deferred and (intervals["queue"] == queue.name).any()]
    mine = intervals[intervals["queue"].isin(names[:1])]
    date = pd.Timestamp(pd.Timestamp(day).date())
    local = mine["start"].dt.tz_localize(None).dt.normalize()
    return mine[(local <= date) & (local > date - pd.Timedelta(days=_BEFORE))]


# ------------------------------------------------------------------------------------------------ callbacks


def callbacks_table(staffed, centre, callbacks, *, hours=3):
    """The agents that the day's busiest hours need with callbacks and without, a row an interval, to be shown by
    `table`.

    `staffed` is one queue and day of `staff`. Columns: start, offered, agents_without, agents, promise_kept,
    callbacks (both shares of the calls) and called, callbacks made in the interval. Raises ValueError where callers
    do not wait for one agent each, such as for chat.
    """
    from ...queueing import required_with_callbacks

    queue = centre.queue(staffed["queue"].iloc[0])
    rows = shared_hours(staffed, centre, staffed["start"].iloc[0], hours)
    if rows.empty:
        raise ValueError(f"callbacks are told for calls on lines without limit, got the queue {queue.name}")
    aht_s = float(np.average(rows["aht_s"], weights=rows["offered"]))
    found = required_with_callbacks(
        rows["offered"].to_numpy(float),
        aht_s,
        queue.targets,
        callbacks,
        interval_s=centre.interval_s,
        patience_s=queue.patience_s,
        days=200,
    )
    shown = ["offered", "agents_without", "agents", "promise_kept", "callbacks", "called"]
    return found[shown].assign(called=found["called"].round(1)).set_index(rows["start"]).reset_index()


def callbacks_answer(rows, centre):
    """What callbacks save in the hours of `callbacks_table`, in a paragraph."""
    hours = centre.interval_s / 3600
    without, with_them = rows["agents_without"].sum() * hours, rows["agents"].sum() * hours
    asked = np.average(rows["callbacks"], weights=rows["offered"])
    saves = f"save {without - with_them:g} of {without:g} agent-hours" if with_them < without else "save no agent-hours"
    return Words(
        f"**In these hours callbacks {saves}; {asked:.0%} of the callers take one.** The others wait as before, and whoever is called back "
        "by the promised time counts as served."
    )


# ------------------------------------------------------------------------------- outbound and blended work


def modes_picture(centre, agents=8):
    """The ways of dialling the first campaign's list with `agents` agents, as a Picture or a sentence."""
    from ...planning import compare_modes

    if not centre.campaigns:
        return _no_campaign()
    campaign = centre.campaigns[0]
    return _told(
        lambda: outbound_charts.modes_chart(
            compare_modes(campaign, centre, agents), centre.currency, campaign.max_abandonment
        )
    )


def penetration_picture(centre):
    """How far the first campaign's list is reached, and by when, as a Picture or a sentence."""
    from ...planning import plan_campaign

    return (
        _told(lambda: outbound_charts.penetration_chart(plan_campaign(centre.campaigns[0], centre)))
        if centre.campaigns
        else _no_campaign()
    )


def reserve_picture(blended, centre, work_s):
    """The interval with most room for other work: the calls' service by the agents kept free, as a Picture.

    `blended` is one queue and day of `planning.blend_day`, `work_s` the seconds of a piece of work.
    """
    from ...planning import reserve_curve

    row, queue = blended.loc[blended["work"].idxmax()], centre.queue(blended["queue"].iloc[0])
    return _told(
        lambda: outbound_charts.reserve_chart(
            reserve_curve(row["offered"], row["aht_s"], row["agents"], work_s, queue, interval_s=centre.interval_s),
            queue.targets.service_level,
        )
    )


def blending_answer(gain):
    """What blended agents save against two teams, in a paragraph: a frame of `planning.blending_gain`, of one day."""
    day = gain.iloc[0]
    saves = (
        f"saves {day['saved_hours']:g} agent-hours, {day['saved']:.1%}" if day["saved_hours"] > 0 else "saves nothing"
    )
    return Words(
        f"**One blended team that also does {day['pieces']:,.0f} pieces of such work a day {saves}.** It needs {day['blended_hours']:g} agent-hours; "
        f"apart, the calls need {day['inbound_hours']:g} and a team of its own for the work {day['team_hours']:g}, though the work itself is "
        f"only {day['work_hours']:.1f} hours."
    )


def _no_campaign():
    return Words("This centre has no outbound campaign (`[campaigns.NAME]` in `centre.toml`).")


def _of_day(rows, day):
    return rows[rows["start"].dt.date == pd.Timestamp(day).date()]


def _told(chart):
    """The chart as a Picture; what cannot be drawn is said in words."""
    try:
        return show(chart())
    except ValueError as problem:
        return Words(plain(sentence(problem)))
