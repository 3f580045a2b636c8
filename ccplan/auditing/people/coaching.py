"""Coaching and recognition: whose results differ from the colleagues' by more than luck, in which measure, how far,
in words.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .funnel import ALPHA, Funnel, corrected, funnel

MIX = ("queue", "reason", "hour")  # what a contact is like: its handle time and outcome hang on these
LONGEST = 20  # × the queue's median: a clock that nobody stopped
LISTED = 6  # names on a list, at most: more cannot be coached in a quarter
COLUMNS = ("agent", "team", "measure", "n", "value", "expected", "likely", "apart", "says", "also")
GAP = "\N{NO-BREAK SPACE}"
FAR = 2.0  # z from which a person's other measure speaks against the one


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What people are compared in: `top` the column whose mean over the contacts is the value, `needs` the column
    of calls that it is from; `better` high or low; `material` the least likely difference worth a talk (of shares in points, else in parts of what is
    expected); `unit` s or share."""

    key: str
    name: str
    top: str
    needs: str
    unit: str
    better: str
    material: float


MEASURES = (
    Measure(key="aht_s", name="handle time", top="handle_s", needs="talk_s", unit="s", better="low", material=0.08),
    Measure(
        key="fcr", name="share settled", top="resolved", needs="resolved", unit="share", better="high", material=0.02
    ),
    Measure(
        key="csat",
        name="share of customers content (4 or 5 of 5)",
        top="content",
        needs="csat",
        unit="share",
        better="high",
        material=0.04,
    ),
    Measure(
        key="transfers",
        name="share handed on",
        top="transferred",
        needs="transferred",
        unit="share",
        better="low",
        material=0.02,
    ),
)


def contacts_of(calls, teams):
    """Answered contacts with their agent: agent, team, queue, reason, hour, arrived, handle_s, resolved, content,
    transferred.

    What a table does not have is blank; handle times of more than 20 × the queue's median are too. Raises
    ValueError where no contact has an agent.
    """
    if (
        "agent" not in calls
        or not (known := (calls["outcome"].eq("answered") & calls["agent"].notna()).to_numpy()).any()
    ):
        raise ValueError("the calls do not say who answered: the column agent is needed to compare people")
    rows = calls[known]
    handle = sum(
        (rows[name].fillna(0.0) for name in ("hold_s", "acw_s") if name in rows),
        rows["talk_s"] if "talk_s" in rows else np.nan,
    )
    handle = pd.Series(handle, rows.index, dtype=float)
    median = handle.groupby(rows["queue"]).transform("median")
    score = rows["csat"] if "csat" in rows else pd.Series(np.nan, rows.index)
    agent = rows["agent"].astype("category")  # of words that come thousands of times: ten times quicker to sort
    table = pd.DataFrame(
        {
            "agent": agent,
            "team": agent.map(dict(teams)).astype("category"),
            "queue": rows["queue"].astype("category"),
            "arrived": rows["arrived"],
            "reason": rows["reason"].astype("category") if "reason" in rows else "",
            "hour": rows["arrived"].dt.hour,
            "handle_s": handle.where(handle <= LONGEST * median),
            "content": score.ge(4).astype(float).where(score.between(1, 5)),
        }
    )
    return table.assign(**{name: _yes_no(rows, name) for name in ("resolved", "transferred")})


def _yes_no(rows, name):
    return rows[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan) if name in rows else np.nan


def funnels(contacts, *, by="agent", within=None, spared=(), alpha=ALPHA):
    """{measure: Funnel} of what can be compared; the promise `alpha` is shared out among the measures (Bonferroni)."""
    found = {}
    for one in MEASURES:
        if contacts[one.top].notna().any() and contacts[by].notna().any():
            found[one.key] = funnel(
                contacts, one.top, by=by, mix=MIX, within=within, spared=spared, alpha=alpha / len(MEASURES)
            )
    return found


def learning(agents, quarter, hiring):
    """{agent: why} of those who were still in training or in their first months on the phones in the middle of the
    quarter.
    """
    if "hired" not in agents:
        return {}
    middle = quarter.first + (quarter.end - quarter.first) / 2
    weeks = hiring.training_weeks + len(hiring.ramp) * 52.18 / 12
    new = agents[agents["hired"] + pd.Timedelta(weeks=weeks) > middle]
    return {agent: "still learning" for agent in new["agent"]}


def lists(found, teams):
    """(coaching, recognition) as a Lists of two frames with columns agent, team, measure, n, value, expected,
    likely, apart, says, also.

    On a list stands who is beyond luck (corrected for all who were judged and for the measures) by a likely
    difference that is worth a talk, and whoever is beyond the usual spread of colleagues as well (`apart`). Long
    handle times are not coached where more is settled, short ones not praised where less is. Six at most on each
    list, the farthest first; `also` tells the person's other results, good and bad.
    """
    entries = [entry for one in MEASURES if one.key in found for entry in _entries(one, found[one.key])]
    entries = [entry for entry in entries if not _contradicted(entry, found)]
    frames = [_listed([entry for entry in entries if entry["good"] == good], found, teams) for good in (False, True)]
    return Lists(coaching=frames[0], recognition=frames[1])


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Whom to coach and whom to recognise: two frames, see `lists`."""

    coaching: pd.DataFrame
    recognition: pd.DataFrame


def beyond_luck(one: Funnel):
    """Which rows of a Funnel differ by more than chance, true differences between people not allowed for; corrected
    as its limits are.
    """
    return corrected(one.rows["p_chance"].to_numpy(), one.alpha)[1]


def _entries(measure, one):
    for row in one.rows[beyond_luck(one) | one.rows["outside"].ne("")].to_dict("records"):
        likely = row["likely"] or row["difference"]
        far = abs(likely) / (1.0 if one.share else row["expected"] or np.nan) / measure.material
        if far >= 1 or row["outside"]:
            good = (row["difference"] > 0) == (measure.better == "high")
            yield {
                **row,
                "measure": measure,
                "good": good,
                "far": far,
                "likely": likely,
                "apart": row["outside"] != "",
                "says": says(measure, row, likely),
            }


def _contradicted(entry, found):
    """A handle time that buys, or costs, resolution."""
    if entry["measure"].key != "aht_s" or "fcr" not in found:
        return False
    rows = found["fcr"].rows
    z = rows.loc[rows["who"] == entry["who"], "z"]
    return bool(len(z) and (z.iloc[0] > FAR and not entry["good"] or z.iloc[0] < -FAR and entry["good"]))


def _listed(entries, found, teams):
    entries = sorted(entries, key=lambda entry: (-entry["apart"], -entry["far"], str(entry["who"])))[:LISTED]
    rows = [
        {
            **entry,
            "agent": entry["who"],
            "team": teams.get(entry["who"], ""),
            "measure": entry["measure"].name,
            "also": _also(entry, found),
        }
        for entry in entries
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def percent(share, digits=1):
    """A share as text.

    >>> percent(0.1962), percent(0.1962, 0)
    ('19.6 %', '20 %')
    """
    return f"{100 * share:.{digits}f} %"


def says(measure, row, likely):
    """A person's result in a measure in words: how far from colleagues with the same contacts, on how many."""
    if measure.unit == "share":
        side = "above" if row["difference"] > 0 else "below"
        size = f"{abs(row['difference']) * 100:.1f} points {side} colleagues on the same kind of contacts ({percent(row['value'])} against {percent(row['expected'])})"
        return (
            f"{measure.name} {size}, over {row['n']:,.0f} contacts; {abs(likely) * 100:.1f} points are likely to last"
        )
    side, share = ("longer" if row["difference"] > 0 else "shorter"), abs(row["difference"]) / row["expected"]
    size = f"{percent(share, 0)} {side} than colleagues' on the same kind of contacts ({row['value']:,.0f}{GAP}s against {row['expected']:,.0f}{GAP}s)"
    return f"{measure.name} {size}, over {row['n']:,.0f} contacts; {percent(abs(likely) / row['expected'], 0)} is likely to last"


def _also(entry, found):
    """The person's other measures in a few words."""
    words = []
    for one in MEASURES:
        if one.key in found and one is not entry["measure"]:
            rows = found[one.key].rows
            row = rows[(rows["who"] == entry["who"]) & (rows["state"] == "judged")]
            if len(row):
                words.append(f"{one.name}: {_beside(one, row.iloc[0])}")
    return "; ".join(words)


def _beside(measure, row):
    if abs(row["z"]) < FAR:
        return "as usual"
    good = (row["difference"] > 0) == (measure.better == "high")
    return (
        f"{'better' if good else 'worse'} than usual, perhaps by luck"
        if not row["outside"]
        else ("better" if good else "worse")
    )
