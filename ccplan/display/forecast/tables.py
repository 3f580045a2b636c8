"""What a forecast comes to, in sentences and tables as planners read them."""

import numpy as np
import pandas as pd

from ...planning.forecasting import looks
from ..charts import long_date
from ..data.tables import Sheet
from ..tables import Words, cornered, plain, round_contacts as _round

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
    yield (
        f"**From {_date(first)} to {_date(last)} the queue {plain(found.queue)} will get about "
        f"{_round(total['offered'])} contacts: "
        f"four times in five between {_round(total['offered_p10'])} and {_round(total['offered_p90'])}.**"
    )
    yield (
        f"Most come on {long_date(top['day'])}, some {_round(top['offered'])}, and a single day is less sure than "
        "the whole: "
        f"{_round(top['offered_p10'])} to {_round(top['offered_p90'])}."
    )
    yield _record(found.tested)


def _record(tested):
    if tested is None:
        return (
            "The history is too short to hold days out, so the bands are of the field's usual width and have not "
            "been tested."
        )
    errors, held = looks.errors_ahead(tested), looks.coverage(tested)
    return (
        f"On {tested.actual.shape[0]} forecasts of the past, each made without a look ahead, an interval was off by "
        f"{errors['wape'].mean():.0%} of its contacts, where {errors['chance'].mean():.0%} is pure chance, "
        f"and the band of 80 % held {held:.0%}."
    )


def _date(day):
    return f"{day.day} {day:%B %Y}"


def days_table(found, number=14):
    """The first days to come: contacts, P10, P90, the band's width in percent, handle time."""
    frame = found.frame
    days = looks.with_band(frame).head(number)
    day = frame["start"].dt.tz_localize(None).dt.normalize()
    work = (frame["aht_s"] * frame["offered"]).groupby(day).sum().reindex(days["day"]).to_numpy()
    half = (days["offered_p90"] - days["offered_p10"]) / 2 / days["offered"]
    shown = pd.DataFrame(
        {
            "contacts (mean)": days["offered"].map("{:,.0f}".format),
            "P10": days["offered_p10"].map("{:,.0f}".format),
            "P90": days["offered_p90"].map("{:,.0f}".format),
            "± about": [_number(width, ".0%") for width in half],
            "AHT, s": [_whole(seconds) for seconds in work / days["offered"]],
        }
    )
    return cornered(shown.set_axis(pd.Index([f"{day:%a} {day.day} {day:%b}" for day in days["day"]], name="day")))


def _whole(value):
    return f"{value:,.0f}" if np.isfinite(value) else ""


LEAGUE_WORDS = {
    "wape": ("WAPE", ".1%"),
    "mase": ("MASE", ".2f"),
    "bias": ("bias", "+.1%"),
    "pinball": ("pinball loss, contacts", ".2f"),
    "coverage_80": ("80 % band held", ".1%"),
}


def league(found, *, seconds=False):
    """The models by their errors on days held out, best first; `seconds` adds what each took, no two runs alike.

    `found` is a QueueForecast. Returns a frame of words, or a sentence where the history is too short.
    """
    from ...planning.forecasting.backtest import league_table

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
    """Days that are not learned from as they are, the latest first: queue, day, what came, taken as, why."""
    if repairs.empty:
        return Words("Every day of every queue can be learned from as it is.")
    rows = repairs.sort_values("day", ascending=False, kind="stable").head(MOST)
    shown = pd.DataFrame(
        {
            "queue": rows["queue"].astype(str),
            "day": [long_date(day) for day in rows["day"]],
            "what came": [f"{n:,.0f}" if np.isfinite(n) else "no rows" for n in rows["offered"]],
            "taken as": rows["taken_as"].map("{:,.0f}".format),
            "why": rows["why"],
        }
    )
    if len(repairs) > MOST:
        shown.loc[len(shown)] = ["…", f"{len(repairs) - MOST} more", "", "", ""]
    return Sheet(shown)


# -------------------------------------------------------------------- the past again: overrides, a day's replay

REPLAY_DAYS = 28
EXAMPLE = {"who": "an example", "why": "letter to all customers", "factor": 1.12}


def calendar_of(folder, centre):
    """What the folder tells of the calendar, for `forecast`: events and school holidays; None where it has no file."""
    from ...planning import events_of, school_of

    return {"events": events_of(folder, centre), "school": school_of(folder)}


def replay_start(rows, date=""):
    """The local day from which the past is forecast again: `date`, else four weeks before the rows end.

    Of a history shorter than eight weeks it is the second half that is forecast again.
    """
    day = rows["start"].dt.tz_localize(None).dt.normalize()
    first, end = day.min(), day.max() + pd.Timedelta(days=1)
    return pd.Timestamp(date) if date else end - pd.Timedelta(days=min(REPLAY_DAYS, (end - first).days // 2))


def overrides_or_example(folder, centre, queue, start):
    """The folder's own overrides of a queue, made before `start` for days after it; else an example of one week."""
    from ...planning.forecasting.overrides import checked_overrides, overrides_of

    own = overrides_of(folder, centre)
    own = own[(own["queue"] == queue) & (own["made_on"] < start) & (own["end"] >= start)].reset_index(drop=True)
    if len(own):
        return own
    monday = start + pd.Timedelta(days=(7 - start.day_of_week) % 7 + 7)
    row = EXAMPLE | {
        "queue": queue,
        "made_on": start - pd.Timedelta(days=6),
        "start": monday,
        "end": monday + pd.Timedelta(days=6),
    }
    return checked_overrides(pd.DataFrame([row]), [queue])


def overrides_table(overrides):
    """Overrides as people read them: when, who, why, from, to, change."""
    change = [
        (f"{row.factor - 1:+.0%}" if np.isfinite(row.factor) else f"{row.contacts_per_day:+,.0f} a day").replace(
            "-", "−"
        )
        for row in overrides.itertuples()
    ]
    shown = {
        "made on": overrides["made_on"].map(_date),
        "who": overrides["who"],
        "why": overrides["why"],
        "queue": overrides["queue"],
        "from": overrides["start"].map(_date),
        "to": overrides["end"].map(_date),
        "change": change,
    }
    return Sheet(pd.DataFrame(shown))


def override_effect_table(frame, actual):
    """Accuracy with and without the overrides: on all days of the forecast, and on those that each override changed."""
    from ...planning import override_effect

    whole, each = override_effect(frame, actual), override_effect(frame, actual, each=True)
    rows = pd.concat([whole, each], ignore_index=True)
    shown = pd.DataFrame(
        {
            "contacts that came": rows["contacts"].map("{:,.0f}".format),
            "WAPE, model": [_number(v, ".1%") for v in rows["wape_before"]],
            "WAPE, overridden": [_number(v, ".1%") for v in rows["wape"]],
            "bias, model": [_number(v, "+.1%") for v in rows["bias_before"]],
            "bias, overridden": [_number(v, "+.1%") for v in rows["bias"]],
        }
    )
    names = ["all days" if not name else f"days of override {name}" for name in rows["override"]]
    return cornered(shown.set_axis(pd.Index(names, name="held against")))


def surprise(found, rows):
    """The day of a past forecast that surprised most: furthest from its mean, in widths of its band.

    Raises ValueError where none has come.
    """
    frame = found.frame
    day = frame["start"].dt.tz_localize(None).dt.normalize()
    days = frame.groupby(day)[["offered", "offered_p10", "offered_p90"]].sum()
    came = looks.day_totals(rows).set_index("day")["offered"].reindex(days.index)
    if not came.notna().any():
        raise ValueError(
            f"none of the days from {_date(days.index[0])} on has come yet: choose an earlier date for the replay"
        )
    return (np.abs(came - days["offered"]) / np.maximum(days["offered_p90"] - days["offered_p10"], 1)).idxmax()


def replay_table(found, rows, day, every="2h", samples=400):
    """A past day as it looked from hour to hour: what had come, what the whole day was expected to bring, and the
    errors.

    `found` is a QueueForecast of that day, `rows` the queue's history. Raises ValueError in words.
    """
    from ...planning import replay_day, replay_errors

    replayed = replay_day(found, rows, day, every=every)
    errors = replay_errors(replayed)
    totals = [_as_of(found, rows, now, samples) for now in errors["now"]]
    came = replayed[replayed["now"] == errors["now"].iloc[0]]["actual"].sum()
    shown = pd.DataFrame(
        {
            "came so far": [f"{seen:,.0f}" for seen, *_ in totals],
            "whole day, P10": [f"{low:,.0f}" for _, low, _, _ in totals],
            "mean": [f"{mean:,.0f}" for _, _, mean, _ in totals],
            "P90": [f"{high:,.0f}" for *_, high in totals],
            "came in the end": f"{came:,.0f}",
            "WAPE of the rest, this morning's": [_number(v, ".0%") for v in errors["wape_before"]],
            "updated": [_number(v, ".0%") for v in errors["wape"]],
        }
    )
    names = ["before it opened", *(f"{now:%H:%M}" for now in errors["now"].iloc[1:])]
    return cornered(shown.set_axis(pd.Index(names, name=f"{day:%a} {day.day} {day:%b %Y}")))


def _as_of(found, rows, now, samples):
    """(contacts seen by `now`, P10, mean, P90 of the whole day)."""
    from ...planning import reforecast

    rest = reforecast(found, rows, now, samples=samples)
    wall = rows["start"].dt.tz_localize(None)
    first = rest["start"].dt.tz_localize(None).min()
    seen = rows.loc[(wall >= now.normalize()) & (wall < first), "offered"].sum()
    band = looks.with_band(rest).iloc[0]
    return seen, seen + band["offered_p10"], seen + band["offered"], seen + band["offered_p90"]


# --------------------------------------------------------------------------------------------- months


def drivers_or_example(folder, centre, queue, base):
    """The folder's growth drivers of a queue; else an example: in a year 4 % more customers, 5 points more
    self-service.
    """
    from ...planning.forecasting.long_range import checked_drivers, drivers_of

    own = drivers_of(folder, centre)
    if own is not None and (own["queue"] == queue).any():
        return checked_drivers(own[own["queue"] == queue])
    month = pd.Timestamp(base).to_period("M").to_timestamp()
    rows = {
        "month": [month, month + pd.DateOffset(months=12)],
        "queue": queue,
        "customers": [100_000.0, 104_000.0],
        "contact_rate": 0.5,
        "self_service": [0.20, 0.25],
    }
    return checked_drivers(pd.DataFrame(rows))


def drivers_table(drivers):
    """Growth drivers as people read them: month, customers, contacts a customer, self-service, contacts."""
    contacts = drivers["customers"] * drivers["contact_rate"] * (1 - drivers["self_service"])
    shown = {
        "month": [f"{month:%B %Y}" for month in drivers["month"]],
        "customers": drivers["customers"].map("{:,.0f}".format),
        "contacts a customer and month": drivers["contact_rate"].map("{:g}".format),
        "settled by self-service": drivers["self_service"].map("{:.0%}".format),
        "contacts by the formula": contacts.map("{:,.0f}".format),
    }
    return Sheet(pd.DataFrame(shown))


def months_table(found, drivers, base):
    """Whole months to come, of a QueueForecast with paths: contacts with P10, P90, and with the growth since `base`."""
    from ...planning import apply_drivers, monthly_volumes

    plain = monthly_volumes(found.frame)
    grown = monthly_volumes(apply_drivers(found.frame, drivers, base))
    whole = plain["whole"].to_numpy()
    plain, grown = plain[whole], grown[whole]
    shown = pd.DataFrame(
        {
            "open days": plain["days"].map("{:d}".format),
            "contacts": plain["offered"].map(_round),
            "P10": plain["offered_p10"].map(_round),
            "P90": plain["offered_p90"].map(_round),
            "with growth": grown["offered"].map(_round),
            "P10, with growth": grown["offered_p10"].map(_round),
            "P90, with growth": grown["offered_p90"].map(_round),
        }
    )
    return cornered(shown.set_axis(pd.Index([f"{month:%b %Y}" for month in plain["month"]], name="month")))
