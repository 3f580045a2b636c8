"""What a forecast comes to, in sentences and tables as planners read them."""

import numpy as np
import pandas as pd

from ..planning.forecasting import looks
from .charts import long_date
from .data_tables import Sheet
from .tables import Words, cornered, plain

MOST = 12  # rows of a table before it says how many more there are


def forecast_rows(intervals, queue=""):
    """One queue's rows of the table `intervals`; without a name the largest queue's.

    Raises ValueError where there is no such queue.
    """
    queue = queue or intervals.groupby("queue", observed=True)["offered"].sum().idxmax()
    mine = intervals[intervals["queue"] == queue]
    if mine.empty:
        raise ValueError(f"queue must be one of {', '.join(map(str, intervals['queue'].unique()))}, got {queue!r}")
    return mine


def forecast_answer(found):
    """How many contacts will come and how sure that is, in a paragraph, of a QueueForecast with sample paths."""
    return Words(" ".join(_answer(found)))


def _answer(found):
    frame = found.frame
    if frame.empty:
        yield f"The queue {plain(found.queue)} has no open interval to come."
        return
    total = looks.with_band(frame, by=pd.Series(0, frame.index)).iloc[0]
    days = looks.with_band(frame)
    top, first, last = days.loc[days["offered"].idxmax()], days["day"].min(), days["day"].max()
    yield (f"**From {_date(first)} to {_date(last)} the queue {plain(found.queue)} will get about {_round(total['offered'])} contacts: "
           f"four times in five between {_round(total['offered_p10'])} and {_round(total['offered_p90'])}.**")
    yield (f"Most come on {long_date(top['day'])}, some {_round(top['offered'])}, and a single day is less sure than the whole: "
           f"{_round(top['offered_p10'])} to {_round(top['offered_p90'])}.")
    yield _record(found.tested)


def _record(tested):
    if tested is None:
        return "The history is too short to hold days out, so the bands are of the field's usual width and have not been tested."
    errors, held = looks.errors_ahead(tested), _held(tested)
    return (f"On {tested.actual.shape[0]} forecasts of the past, each made without a look ahead, an interval was off by "
            f"{errors['wape'].mean():.0%} of its contacts, where {errors['chance'].mean():.0%} is pure chance, and the band of 80 % held {held:.0%}.")


def _held(tested):
    from ..planning.forecasting.backtest import league_table

    return league_table(tested).set_index("model").loc[tested.chosen, "coverage_80"]


def _date(day):
    return f"{day.day} {day:%B %Y}"


def _round(value):
    """A number of contacts to three digits, with thousands.

    >>> _round(18234.2), _round(86.24)
    ('18,200', '86')
    """
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 0
    return f"{round(value, min(digits, 0)):,.0f}"


def days_table(found, number=14):
    """The first days to come: contacts, P10, P90, the band's width in percent, handle time."""
    frame = found.frame
    days = looks.with_band(frame).head(number)
    day = frame["start"].dt.tz_localize(None).dt.normalize()
    work = (frame["aht_s"] * frame["offered"]).groupby(day).sum().reindex(days["day"]).to_numpy()
    half = (days["offered_p90"] - days["offered_p10"]) / 2 / days["offered"]
    shown = pd.DataFrame({"contacts (mean)": days["offered"].map("{:,.0f}".format), "P10": days["offered_p10"].map("{:,.0f}".format),
                          "P90": days["offered_p90"].map("{:,.0f}".format), "± about": half.map("{:.0%}".format),
                          "AHT, s": [_whole(seconds) for seconds in work / days["offered"]]})
    return cornered(shown.set_axis(pd.Index([f"{day:%a} {day.day} {day:%b}" for day in days["day"]], name="day")))


def _whole(value):
    return f"{value:,.0f}" if np.isfinite(value) else ""


LEAGUE_WORDS = {"wape": ("WAPE", ".1%"), "mase": ("MASE", ".2f"), "bias": ("bias", "+.1%"),
                "pinball": ("pinball loss, contacts", ".2f"), "coverage_80": ("80 % band held", ".1%")}


def league(found, *, seconds=False):
    """The models by their errors on days held out, best first; `seconds` adds what each took, which differs from run to run.

    `found` is a QueueForecast. Returns a frame of words, or a sentence where the history is too short.
    """
    from ..planning.forecasting.backtest import league_table

    if found.tested is None:
        return Words("The history is too short to hold days out: there is no league table yet.")
    rows = league_table(found.tested)
    shown = {words: [_number(value, form) for value in rows[name]] for name, (words, form) in LEAGUE_WORDS.items()}
    if seconds:
        shown["seconds"] = rows["seconds"].map("{:.1f}".format)
    shown["used"] = ["●" if used else "" for used in rows["chosen"]]
    return cornered(pd.DataFrame(shown, index=pd.Index(rows["model"], name="model")))


def _number(value, form):
    return "" if not np.isfinite(value) else format(value + 0.0, form).replace("-", "−")


def repairs_table(repairs):
    """Days that the models do not learn from as they are, the latest first: queue, day, what came, what it was taken as, why."""
    if repairs.empty:
        return Words("Every day of every queue can be learned from as it is.")
    rows = repairs.sort_values("day", ascending=False, kind="stable").head(MOST)
    shown = pd.DataFrame({"queue": rows["queue"].astype(str), "day": [long_date(day) for day in rows["day"]],
                          "what came": [f"{n:,.0f}" if np.isfinite(n) else "no rows" for n in rows["offered"]],
                          "taken as": rows["taken_as"].map("{:,.0f}".format), "why": rows["why"]})
    if len(repairs) > MOST:
        shown.loc[len(shown)] = ["…", f"{len(repairs) - MOST} more", "", "", ""]
    return Sheet(shown)
