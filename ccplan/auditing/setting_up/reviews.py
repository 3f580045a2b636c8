"""Agent reviews: the rhythm that fits how long somebody has been here, and who is due."""

import pandas as pd

RHYTHMS = (  # employed up to so many days → review every so many days
    (28, 1, "daily"),
    (91, 7, "weekly"),
    (float("inf"), 31, "monthly"),
)


def rhythm_of(days_employed):
    """How often somebody is reviewed who is here so many days: daily in the first four weeks, weekly in the first
    quarter, then monthly.

    >>> [rhythm_of(days) for days in (3, 60, 900)]
    ['daily', 'weekly', 'monthly']
    """
    return next(words for until, _, words in RHYTHMS if days_employed <= until)


def reviews_due(agents, at, *, evaluations=None, activities=None, word="coaching"):
    """Who is due for a review on the day `at`: a row an employed agent (agent, team, rhythm, last_review, due,
    days_late), the latest first.

    A review is a day with an evaluation, or an activity that was `word`. Who never had one is due since the first
    day at work; of whom that is not known is left out. Raises ValueError where no table tells of reviews, or agents
    have no column `hired`.
    """
    if "hired" not in agents:
        raise ValueError("how often somebody is reviewed follows from the column hired of the table agents")
    at = pd.Timestamp(at).normalize()
    here = agents[agents["hired"] <= at]
    if "left" in agents:
        here = here[here["left"].isna() | (here["left"] >= at)]
    last = here["agent"].map(_last(evaluations, activities, at, word))
    employed = (at - here["hired"]).dt.days
    rhythm = employed.map(rhythm_of)
    every = rhythm.map({words: days for _, days, words in RHYTHMS})
    due = last.fillna(here["hired"]) + pd.to_timedelta(every, unit="D")
    told = here[[name for name in ("agent", "team") if name in here]].assign(
        rhythm=rhythm, last_review=last, due=due, days_late=(at - due).dt.days
    )
    return told.sort_values(["days_late", "agent"], ascending=[False, True], ignore_index=True)


def _last(evaluations, activities, at, word):
    """{agent: day of the last review until then}."""
    seen = []
    if evaluations is not None and {"agent", "date"} <= set(evaluations):
        seen.append(evaluations[["agent", "date"]].rename(columns={"date": "day"}))
    if activities is not None and "actual" in activities:
        mine = activities[activities["actual"].eq(word)]
        seen.append(pd.DataFrame({"agent": mine["agent"], "day": mine["start"].dt.tz_localize(None).dt.normalize()}))
    if not seen:
        raise ValueError(
            "who was reviewed stands in the tables evaluations or activities: at least one of them is needed, "
            "with agent and date, or with actual"
        )
    rows = pd.concat(seen)
    return rows[rows["day"] <= at].groupby("agent")["day"].max().to_dict()
