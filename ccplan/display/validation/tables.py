"""How far the numbers can be trusted, in sentences and tables: what was promised, what came, and how far apart.

Every figure in a sentence comes from the frames; where a folder does not tell who was at work, the tables say so.
"""

from dataclasses import dataclass

import pandas as pd

from ...planning.validating import comparing, presence, published
from ...planning.staffing import handle_times
from ..charts import show
from ..data.sheet import Sheet
from ..tables import Words, plain
from .charts import calibration_picture_of, days_chart, hours_chart

MODEL = "through the day"
PUBLISHED_WORDS = {
    "max_calls": "calls an hour",
    "blocking": "share blocked",
    "trunk_occupancy": "occupancy of the lines",
}
MEASURE_WORDS = {
    "service_level": ("service", 100, ".0f"),
    "abandonment": ("abandonment", 100, ".1f"),
    "asa_s": ("ASA (s)", 1, ".0f"),
}


@dataclass(frozen=True)
class Held:
    """A folder held against its own past: Presence, Validation (out of sample, and in hindsight), or in `why` the
    words why not.
    """

    found: presence.Presence | None = None
    result: comparing.Validation | None = None
    hindsight: comparing.Validation | None = None
    why: str = ""

    @property
    def best(self):
        """The rows of the prediction through the day."""
        return self.result.predicted[self.result.predicted["model"] == MODEL]


def held_against(folder, centre, months=4):
    """The last months of a folder, predicted from the month before each, beside what was: a `Held`.

    Where the folder does not tell who was at work, or spans one month only, `why` says so and the rest stays empty.
    """
    try:
        found = presence.agents_present(folder, centre, months=months)
        result = comparing.out_of_sample(found.intervals, found.centre)
        return Held(found, result, _hindsight(found, result.predicted["start"].min()))
    except ValueError as problem:
        return Held(why=str(problem).replace(str(folder), "This folder"))


def _hindsight(found, first):
    """The same intervals with the patience of those months, and each interval's own handle time."""
    rows = found.intervals[found.intervals["start"] >= first]
    known = comparing.learned(rows, found.centre, rows)[1]
    own = rows.assign(hidden_s=rows.get("hidden_s", 0.0)).pipe(_with_own_handle_time)
    told = comparing.validate(own, known, models=(MODEL,))
    return comparing.Validation(told.predicted.assign(model=f"{MODEL}, told afterwards"), told.left_out)


def _with_own_handle_time(rows):
    aht_s = [handle_times(part) for _, part in rows.groupby("queue", sort=False, observed=True)]
    return rows.assign(aht_s=pd.concat(aht_s) + rows["hidden_s"])


# ------------------------------------------------------------------------------------------------ answers


def trust_answer(kept, target, held):
    """How far the numbers can be trusted, in a paragraph: of the formulas, and of this centre."""
    return Words(" ".join([*_promise_words(kept, target), *_held_words(held)]))


def _promise_words(kept, target):
    from ...planning import promise_table

    table = promise_table(kept, target).set_index("rule")
    plain_rule, best = table.loc["stationary"], table.loc[MODEL]
    yield (
        f"**On simulated days the plan through the day keeps within {_points(best['mean_error'])} of what it promises in each interval; "
        f"the plan interval by interval within {_points(plain_rule['mean_error'])}.**"
    )


def _held_words(held):
    if held.result is None:
        yield f"Of this centre's own days nothing can be said: {plain(held.why)}."
        return
    half, day = (_of(table, MODEL) for table in (held.result.errors(), held.result.day_errors()))
    side = "too low" if half["bias"] < 0 else "too high"
    later = _of(held.hindsight.errors(), f"{MODEL}, told afterwards")
    yield (
        f"On {day['n']:,.0f} days of this centre's own past (each queue's counted) the predicted service of an interval was off by "
        f"{_points(half['mae'])} on average, that of a whole day by {_points(day['mae'])}, and {_points(abs(half['bias']))} {side} in all; with the "
        f"handle times as they came the formula itself is {_points(abs(later['bias']))} {'too low' if later['bias'] < 0 else 'too high'}."
    )


def _of(errors, model, measure="service_level"):
    return errors[(errors["model"] == model) & (errors["measure"] == measure)].iloc[0]


def _points(share):
    """A share as points.

    >>> _points(0.012), _points(0.0101), _points(0.14)
    ('1.2 points', '1 point', '14 points')
    """
    value = round(100 * share, 1 if share < 0.0995 else 0)
    return f"{value:g} point" + "s" * bool(value != 1)


# ------------------------------------------------------------------------------------------------ tables


def promise_words_table(kept, target, interval_s=1800):
    """What each rule promised of the day and what came, a row a rule, as text."""
    from ...planning import promise_table

    table = promise_table(kept, target, interval_s)
    return _text(
        table,
        "rule",
        {
            "agent_hours": ("agent-hours", ",.1f"),
            "promised": ("promised", ".1%"),
            "delivered": ("delivered", ".1%"),
            "worst_interval": ("worst interval", ".0%"),
            "under_target": ("intervals under target", ".0%"),
            "mean_error": ("off by, points", "points"),
        },
    )


def worlds_table(table):
    """The same plan in worlds that differ from the formulas' in one thing, a row a world, as text."""
    return _text(
        table,
        "world",
        {
            "delivered": ("day's service", ".1%"),
            "change": ("change, points", "signed"),
            "worst_interval": ("worst interval", ".0%"),
            "under_target": ("intervals under target", ".0%"),
            "chance": ("days that meet the target", ".0%"),
        },
    )


def worlds_answer(table):
    """What hurts the plan most and what least, in a paragraph, of a frame of `planning.assumptions_tested`."""
    others = table.iloc[1:].sort_values("change")
    worst, mild = others.iloc[0], others.loc[others["change"].abs().idxmin()]
    met, volume = table["chance"].iloc[0], table.loc[table["world"].str.startswith("days vary"), "chance"].iloc[0]
    return Words(
        f"**{worst['world'][0].upper()}{worst['world'][1:]}: that takes {_points(max(-worst['change'], 0.0))} from the day's service, more than anything "
        f"else here**; "
        f"least matters: {mild['world']} ({_signed(100 * mild['change'], '.1f')} points). Even where all is as assumed, {met:.0%} of the days meet the "
        f"target and no more, for days are drawn too; where they vary in volume as well, {volume:.0%} do."
    )


def errors_table(errors, key="model", unit="intervals"):
    """Bias and mean error of service, abandonment and wait, a row a model (or a group), as text."""
    rows = {}
    for name, part in errors.groupby(key, sort=False):
        row = {key: name, unit: f"{part['n'].max():,.0f}"}
        for line in part.itertuples():
            words, times, form = MEASURE_WORDS[line.measure]
            row |= {
                words: format(line.actual * times, form) + " %" * (times > 1),
                f"{words} bias": _signed(line.bias * times, form),
                f"{words} off by": format(line.mae * times, form),
            }
        correlation = part.loc[part["measure"] == "service_level", "correlation"].iloc[0]
        rows[name] = row | {"correlation": _form(correlation, ".2f")}
    return Sheet(pd.DataFrame(list(rows.values())))


def held_table(held, days=False):
    """`errors_table` of a Held, by interval or by day, or a sentence where there is nothing to show."""
    if held.result is None:
        return Words(_sentence(held.why))
    both = [found.day_errors() if days else found.errors() for found in (held.result, held.hindsight)]
    return errors_table(pd.concat(both), unit="days" if days else "intervals")


def told_words(held):
    """How the agents at work were known, a sentence a pool of queues."""
    if held.found is None:
        return Words(_sentence(held.why))
    words = [f"**{plain(name)}**: {how}." for name, how in held.found.told.items()]
    left = [f"Left out is {plain(skipped)}." for skipped in held.found.skipped]
    return Words(" ".join(["Who was at work is known from, for the queue", *words, *left]))


def held_picture(held, what="calibration"):
    """A chart of a Held as a Picture: "calibration", "hours" or "days", or a sentence where there is nothing to
    show.
    """
    if held.result is None:
        return Words(_sentence(held.why))
    name = " and ".join(held.found.told)
    if what == "days":
        return show(days_chart(comparing.days_of(held.best), name))
    if what == "hours":
        hour = held.best["start"].dt.hour.map("{:02d}:00".format)
        rows = comparing.errors(held.best.assign(group=hour), ("group",))
        return show(hours_chart(rows[rows["measure"] == "service_level"].sort_values("group"), name))
    return show(calibration_picture_of(comparing.calibration(held.best), name))


def bank_table(cut):
    """One cut of the bank's figures as `errors_table`: "all" by model, or "month", "agents at work", "who was at
    work", …
    """
    rows = published.bank_figures()
    rows = rows[(rows["cut"] == cut) & ((rows["group"] == "half-hours") | (cut != "all"))]
    return errors_table(rows, "model" if cut == "all" else "group")


def bank_picture(what="calibration", name="a bank, 1999"):
    """The bank's calibration or its bias by hour, as a Picture."""
    rows = published.bank_figures()
    if what == "hours":
        return show(hours_chart(rows[(rows["cut"] == "hour") & (rows["measure"] == "service_level")], name))
    steps = rows[rows["cut"] == "predicted service"].rename(columns={"predicted": "service_level"})
    return show(calibration_picture_of(steps, name))


def bank_answer():
    """What the bank's figures come to, in a paragraph."""
    rows = published.bank_figures()
    whole = rows[rows["cut"] == "all"]
    half, day = (_of(whole[whole["group"] == name], MODEL) for name in ("half-hours", "days"))
    naive = _of(whole[whole["group"] == "half-hours"], "Erlang C")
    chance = rows.loc[rows["cut"] == "chance", "mae"].iloc[0]
    return Words(
        f"**Of {half['n']:,.0f} half-hours the bank answered {half['actual']:.0%} of its callers in 20 seconds; {half['predicted']:.0%} was predicted, and "
        f"{naive['predicted']:.0%} by Erlang C.** A single half-hour was off by {_points(half['mae'])} on average, of which chance alone makes up to "
        f"{_points(chance)}: few calls are a draw. A whole day was off by {_points(day['mae'])}, and predicted and actual days go together with a "
        f"correlation of {day['correlation']:.2f}."
    )


def published_table():
    """Published worked examples by source, as text."""
    table = published.published_tally(published.published_examples())
    return _text(table, "source", {name: (name, "count") for name in table if name != "source"})


def published_answer():
    """How many published figures the library confirms, in a sentence."""
    counts = published.published_examples()["verdict"].value_counts()
    agree, cut, differ = (counts.get(one, 0) for one in (published.AGREES, published.CUT, published.DIFFERS))
    return Words(
        f"**{agree} of {counts.sum()} published figures are the library's to the last digit printed**, {cut} more were cut off instead of rounded, "
        f"and {differ} differ. Those that differ, and why:"
    )


def published_mistakes():
    """The published figures that differ from the library's, and why, as text."""
    rows = published.published_examples()
    rows = rows[rows["verdict"] == published.DIFFERS]
    shown = rows.assign(ours=[f"{value:.4g}" for value in rows["ours"]])
    shown = shown[["source", "what", "measure", "published", "ours", "note"]].rename(columns={"note": "why"})
    return Sheet(shown.replace({"measure": PUBLISHED_WORDS}))


def foresight_of(intervals, centre, queue="", **calendar):
    """`planning.foresight_table` of the largest (or the named) queue's last four weeks, or None where the history
    is too short.
    """
    from ...planning import foresight_table, planned_from_forecast
    from ..forecast.tables import forecast_rows, replay_start

    rows = forecast_rows(intervals, queue)
    try:
        plan = planned_from_forecast(rows, centre, replay_start(rows, ""), cache=True, **calendar)
    except ValueError:
        return None
    return foresight_table(plan, centre.queue(rows["queue"].iloc[0]).targets.service_level or 0.8)


def foresight_words(table):
    """What a forecast of the past cost in agents and service, in a paragraph; `table` of `foresight_of`."""
    if table is None:
        return Words(
            "The history is too short to forecast its last four weeks, so nothing can be said of what a forecast costs."
        )
    more = "more" if table["hours_bias"] >= 0 else "fewer"
    return Words(
        f"**The plan promised {table['promised']:.0%} and the calls that came would have got {table['service_level']:.0%}.** "
        f"Over {table['days']:.0f} days the forecast was off by {table['calls_error']:.0%} of an interval's calls, which is "
        f"{table['agents_error']:.1f} agents in a mean interval, and asked for {abs(table['hours_bias']):.1%} {more} agent-hours than knowing the calls "
        f"would have. A whole day's service strayed from its promise by {_points(table['day_error'])}, and {table['days_met']:.0%} of the days met the target."
    )


def trust_table(days, worlds, held, foresight):
    """What to trust for what, and how far: a row a use, with points from the frames of this notebook.

    `days` maps a day's name to its frame of `promised_and_delivered`; `worlds` is a frame of `assumptions_tested`.
    """
    rows = [("the formula itself, on numbers that are known", _share_agreed(), "published worked examples")]
    for name, kept in days.items():
        for rule, words in (("stationary", "interval by interval"), (MODEL, "through the day")):
            plan = kept[(kept["rule"] == rule) & (kept["offered"] > 0)]
            apart = (plan["promised"] - plan["delivered"]).abs()
            rows.append(
                (
                    f"service of an interval, planned {words}",
                    f"± {_points(apart.mean())}, at worst {_points(apart.max())}",
                    f"simulated: {name}",
                )
            )
    change = worlds.set_index("world")["change"]
    rows += [
        (f"service of a day, if: {name}", _signed(100 * value, ".1f") + " points", "simulated")
        for name, value in change.items()
        if value
    ]
    rows += _foresight_rows(foresight) + _held_rows(held) + _bank_rows()
    return Sheet(pd.DataFrame(rows, columns=["what", "how far off", "measured on"]))


def _share_agreed():
    verdicts = published.published_examples()["verdict"]
    return f"{(verdicts == published.AGREES).sum()} of {len(verdicts)} to the last digit"


def _foresight_rows(table):
    if table is None:
        return []
    return [
        (
            "service of a day, planned from a forecast",
            f"± {_points(table['day_error'])}",
            f"{table['days']:.0f} days that came",
        ),
        (
            "agents of an interval, planned from a forecast",
            f"± {table['agents_error']:.1f} agents",
            f"{table['days']:.0f} days that came",
        ),
    ]


def _held_rows(held):
    if held.result is None:
        return []
    half, day = (_of(table, MODEL) for table in (held.result.errors(), held.result.day_errors()))
    return [
        ("service of an interval, agents known", f"± {_points(half['mae'])}", "this centre's past"),
        ("service of a day, agents known", f"± {_points(day['mae'])}", "this centre's past"),
    ]


def _bank_rows():
    rows = published.bank_figures()
    whole = rows[rows["cut"] == "all"]
    return [
        (
            f"service of a {words}, agents inferred",
            f"± {_points(_of(whole[whole['group'] == group], MODEL)['mae'])}",
            "a bank, 1999",
        )
        for group, words in (("half-hours", "half-hour"), ("days", "day"))
    ]


def _sentence(why):
    return f"This part needs to know who was at work. {plain(why)}."


def _text(table, index, columns):
    shown = {words: [_form(value, form) for value in table[name]] for name, (words, form) in columns.items()}
    return Sheet(pd.DataFrame({index: table[index], **shown}))


def _form(value, form):
    if pd.isna(value):
        return ""
    special = {
        "points": lambda: f"{100 * value:.1f}",
        "signed": lambda: _signed(100 * value, ".1f") if value else "",
        "count": lambda: f"{value:,d}" if value else "",
    }
    return special[form]() if form in special else format(value, form)


def _signed(value, form):
    return format(value, "+" + form).replace("-", "−")
