"""Month by month who is here, who is able, and who is missing: from required FTE to starters, leavers and the gap."""

import numpy as np
import pandas as pd

from ..data.given import given_table
from .people.cohorts import LONGEST, WEEKS_A_MONTH, leaving_shares, output_shares, staying_shares, training_shares
from .people.gap_service import MEASURES, service_of
from .money.labour_prices import labour_prices, outsourced_limit
from .people.people_tables import PERMANENT, checked_hires, checked_moves, checked_people, checked_requirement, opening
from .people.recourse import recourse

COLUMNS = (
    "queue",
    "month",
    "required_fte",
    "heads_start",
    "starters",
    "moved",
    "leavers",
    "heads_end",
    "paid_fte",
    "trainees",
    "ramping",
    "productive_fte",
    "overtime_fte",
    "outsourced_fte",
    "available_fte",
    "gap_fte",
    "contracts_ended",
    "classes",
)
NEVER = np.inf  # contract months of those who stay


def plan_headcount(
    requirement, centre, months=None, *, people=None, hires=None, moves=None, at=None, allowed_gap=0.0, curves=None
):
    """Month by month, a row a queue (or team): required FTE, starters, leavers, trainees, productive FTE and the gap.

    `requirement` is a frame of `monthly_requirement`, `months` how many of its months (all if left out). `people` are
    those who are here at the start (queue, started, heads, fte: see `people_here`); left out, the centre begins with
    the people that the first month needs. `hires` (queue, month, heads, fte, contract_months) are the classes, with
    contract_months above 0 on a contract for a season; left out, the cheapest that keep the requirement (see
    `hiring.cheapest_hires`). `moves` (queue, to, month, heads, fte, retraining_weeks) are moves between queues. `at` is
    the day of the decision (the first month's first day), `allowed_gap` the share of the requirement that may be
    missing (or a frame queue, month, allowed_gap), `curves` a frame of `service_curves`.

    Returns COLUMNS: heads at the start and end of the month (heads_start + starters + moved − leavers = heads_end);
    leavers, with those whose contract ended (contracts_ended); average heads in training (trainees) and in their ramp
    (ramping); paid_fte; productive_fte after training and ramp, comparable with required_fte (paid FTE); overtime_fte,
    outsourced_fte (the cheaper first, only as far as needed), available_fte = productive + overtime + outsourced,
    gap_fte = available − required, classes that start; with `curves` also service_level, asa_s, abandonment and
    occupancy that available ÷ required of the agents give. Raises ValueError in words for bad tables.
    """
    needed = checked_requirement(requirement, months)
    people = opening(needed, centre) if people is None else people
    if hires is None:
        from .people.hiring import cheapest_hires  # it stands on this module

        hires = cheapest_hires(needed, centre, people=people, moves=moves, at=at, allowed_gap=allowed_gap).hires
    classes = classes_of(needed, people, hires, moves, centre)
    plan = _lives(needed, classes, centre)
    plan = _with_recourse(plan, centre, at, allowed(needed, allowed_gap))[list(COLUMNS)]
    return plan if curves is None else with_service(plan, curves)


def allowed(needed, allowed_gap):
    """Share of each row's requirement that may be missing, an array; `allowed_gap` a share or a frame of them."""
    if not isinstance(allowed_gap, pd.DataFrame):
        if not (np.isscalar(allowed_gap) and not isinstance(allowed_gap, str) and 0 <= allowed_gap < 1):
            raise ValueError(
                f"allowed_gap must be a share of the requirement in [0, 1), got {allowed_gap!r} — write 5 % as 0.05"
            )
        return np.full(len(needed), float(allowed_gap))
    keys = ["queue", "month"]
    given_table(allowed_gap, "allowed_gap", keys=["queue"], times=["month"], numbers=["allowed_gap"])
    if allowed_gap.duplicated(keys).any():
        twice = allowed_gap[allowed_gap.duplicated(keys)].iloc[0]
        raise ValueError(f"allowed_gap: {twice['queue']} has the month {twice['month']:%Y-%m} twice")
    told = allowed_gap.set_index(keys)["allowed_gap"].reindex(pd.MultiIndex.from_frame(needed[keys])).astype(float)
    wrong = ~((told <= 1 + 1e-12) & (told > -np.inf))
    if wrong.any():
        queue, month = told.index[wrong][0]
        raise ValueError(
            f"allowed_gap must hold a share up to 1 for every queue and month, {queue} {month:%Y-%m} has none"
        )
    return told.to_numpy()


def classes_of(needed, people, hires, moves, centre):
    """Everybody as classes: queue, kind (here, starter, moved), entered (month), age (months since their start), heads,
    fte, contract_months (inf: no end), retraining_weeks.

    A move is a class of long-served people that enters one queue and, with negative heads, leaves another.
    """
    first, queues = needed["month"].min(), list(needed["queue"].unique())
    here = checked_people(people, queues, first)
    age = (first.year - here["started"].dt.year) * 12 + first.month - here["started"].dt.month
    parts = [_class_rows(here, "here", first, np.clip(age, 0, LONGEST))]
    if hires is not None and len(hires):
        come = checked_hires(hires, queues, first, centre)
        length = come["contract_months"].to_numpy(float)
        parts.append(
            _class_rows(come, "starter", come["month"], 0)
            | {"contract_months": np.where(length == PERMANENT, NEVER, length)}
        )
    if moves is not None and len(moves):
        moves = checked_moves(moves, queues, first, centre)
        gone = _class_rows(moves, "moved", moves["month"], LONGEST)
        come = gone | {"queue": moves["to"].to_numpy(), "retraining_weeks": moves["retraining_weeks"].to_numpy(float)}
        parts += [come, gone | {"heads": -gone["heads"], "fte": -gone["fte"]}]
    table = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    there = table["heads"].to_numpy() != 0
    return table if there.all() else table[there].reset_index(drop=True)


def _class_rows(frame, kind, entered, age):
    """One kind of people as columns of classes, arrays: those who stay, with nothing to learn again."""
    number = len(frame)
    when = np.broadcast_to(np.asarray(entered, dtype="datetime64[ns]"), number)
    return {
        "queue": frame["queue"].to_numpy(object),
        "kind": np.full(number, kind, dtype=object),
        "entered": when,
        "age": np.broadcast_to(np.asarray(age, dtype=int), number),
        "heads": frame["heads"].to_numpy(float),
        "fte": frame["fte"].to_numpy(float),
        "contract_months": np.full(number, NEVER),
        "retraining_weeks": np.zeros(number),
    }


def class_months(classes, months, hiring):
    """The life of each class by month, arrays classes × months, in heads but for output_fte.

    start, leavers (ended among them), average, trainees, ramping, output_fte (average × contract × output), paid_fte.
    """
    entered = pd.DatetimeIndex(classes["entered"])
    since = np.subtract.outer(-(entered.year * 12 + entered.month), -(months.year * 12 + months.month))
    age0, longest = classes["age"].to_numpy(int)[:, None], LONGEST + len(months) + 1
    until = classes["contract_months"].to_numpy(float)[:, None]
    age = np.clip(age0 + since, 0, longest - 1)
    stay, leave = staying_shares(hiring, longest), leaving_shares(hiring, longest)
    trained, output = 1 - training_shares(hiring, longest), output_shares(hiring, longest)
    start = np.where(
        (since >= 0) & (since < until), classes["heads"].to_numpy(float)[:, None] * stay[age] / stay[age0], 0.0
    )
    ended = np.where(since == until - 1, start * (1 - leave[age]), 0.0)
    again = np.clip(classes["retraining_weeks"].to_numpy(float)[:, None] / WEEKS_A_MONTH - since, 0.0, 1.0)
    average, able = start * (1 - leave[age] / 2), 1 - again
    fte = (classes["fte"] / classes["heads"]).to_numpy(float)[:, None]
    return {
        "start": start,
        "leavers": start * leave[age] + ended,
        "ended": ended,
        "average": average,
        "trainees": average * (1 - trained[age] * able),
        "ramping": average * trained[age] * (output < trained - 1e-12)[age],
        "output_fte": average * fte * output[age] * able,
        "paid_fte": average * fte,
    }


def with_service(plan, curves):
    """The plan with the service that available ÷ required of the agents give: service_level, asa_s, abandonment,
    occupancy.
    """
    required = plan["required_fte"].to_numpy()
    share = np.where(required > 0, plan["available_fte"] / np.where(required > 0, required, 1.0), np.inf)
    return plan.assign(**service_of(curves, plan["queue"], plan["month"], share)[list(MEASURES)])


def _lives(needed, classes, centre):
    """A row a queue and month: what becomes of its classes."""
    months, queues = pd.DatetimeIndex(needed["month"].unique()), needed["queue"].unique()
    lives = class_months(classes, months, centre.hiring)
    place = pd.Index(queues).get_indexer(classes["queue"])
    mine = (place[None] == np.arange(len(queues))[:, None]).astype(float)
    sums = {name: mine @ values for name, values in lives.items()}
    at, kinds, heads = months.get_indexer(classes["entered"]), classes["kind"].to_numpy(), classes["heads"].to_numpy()
    filled = np.ceil(heads / centre.hiring.class_size)
    starters, moved, number = (
        _entering(place, at, np.where(kinds == kind, amount, 0.0), sums["start"].shape)
        for kind, amount in (("starter", heads), ("moved", heads), ("starter", filled))
    )
    start = sums["start"] - starters - moved
    _refuse_too_many_moved(needed, (start + np.minimum(moved, 0)).ravel())
    columns = {
        "required_fte": needed["fte"].to_numpy(float),
        "heads_start": start,
        "starters": starters,
        "moved": moved,
        "leavers": sums["leavers"],
        "heads_end": sums["start"] - sums["leavers"],
        "paid_fte": sums["paid_fte"],
        "trainees": sums["trainees"],
        "ramping": sums["ramping"],
        "productive_fte": sums["output_fte"],
        "contracts_ended": sums["ended"],
        "classes": number,
    }
    return pd.DataFrame(
        {"queue": needed["queue"], "month": needed["month"]}
        | {name: values.ravel() for name, values in columns.items()}
    )


def _entering(place, at, amount, shape):
    """Amounts added up by queue and month of entry."""
    table, inside = np.zeros(shape), at >= 0
    np.add.at(table, (place[inside], at[inside]), amount[inside])
    return table


def _refuse_too_many_moved(needed, left):
    if (left < -1e-9).any():
        at = int(np.argmax(left < -1e-9))
        raise ValueError(
            f"moves: more people leave {needed['queue'].iloc[at]} in {needed['month'].iloc[at]:%Y-%m} than are there, "
            f"{-left[at]:.1f} too many"
        )


def _with_recourse(plan, centre, at, gap_allowed):
    """The plan with what overtime and the outsourcer add where people are missing."""
    months = plan["month"].drop_duplicates()
    shape = (-1, len(months))
    productive = plan["productive_fte"].to_numpy()
    need = np.maximum(plan["required_fte"].to_numpy() * (1 - gap_allowed) - productive, 0.0)
    prices = labour_prices(months, centre)
    filled = recourse(
        need.reshape(shape),
        (centre.flex.overtime * productive).reshape(shape),
        outsourced_limit(months, centre, months.iloc[0] if at is None else at),
        (prices["overtime"] <= prices["outsourced"]).to_numpy(),
    )
    over, bought = filled.overtime.ravel(), filled.outsourced.ravel()
    return plan.assign(
        overtime_fte=over,
        outsourced_fte=bought,
        available_fte=productive + over + bought,
        gap_fte=productive + over + bought - plan["required_fte"],
    )
