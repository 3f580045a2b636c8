"""An outbound campaign: how far the list is reached, how many hours that takes, and how many agents by when.

The list is called in passes: everybody once, then those not reached a second time, and so on, each pass with
its own contact rate. A record is done when the right party is spoken to; one whose wrong party answers, or
whose call is dropped, is tried again in the next pass. What an agent-hour reaches comes from `queueing.dialling`.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from ...data.campaigns import MODES, Campaign
from ...queueing import Infeasible, dialling
from ...queueing.inputs import floats
from ..staffing import scheduled_agents

MOST_AGENTS = 2000  # that a campaign is planned with
LONGEST = 3 * 366  # days that a plan looks ahead
_SURE = 1e-9  # of the hours: a list done to rounding is done


@dataclass(frozen=True)
class CampaignPlan:
    """A planned campaign: figures and frames.

    `agents` on the phones (net) in every calling hour, `agents_exact` before rounding (as given where they were
    given), `scheduled` heads (gross); `agent_hours` the calling takes (net), `paid_hours` gross, `cost` of them
    (currency); `starts`, and `ends` the day the list is done, None where the window is over before: then `done`, the
    share of the agent-hours that fit, is below 1. `in_time` tells whether it is done by the campaign's own `ends`.
    `right_parties`, `conversions`, `penetration` (right parties ÷ records) are of the whole list; `occupancy` is the
    share of agents' time in contacts, `abandonment` dropped ÷ answered. Frames: `attempts`, a row a pass as of
    `list_passes`; `days`, a row a calling day with calling_hours, agents, agent_hours, dials, contacts,
    right_parties, conversions, penetration so far, and the attempt that the day ends in.
    """

    campaign: Campaign
    agents: int
    agents_exact: float
    scheduled: int
    agent_hours: float
    paid_hours: float
    cost: float
    starts: date
    ends: date | None
    done: float
    in_time: bool
    right_parties: float
    conversions: float
    penetration: float
    abandonment: float
    occupancy: float
    attempts: pd.DataFrame
    days: pd.DataFrame


def plan_campaign(campaign, centre, *, agents=None, by=None, starts=None):
    """The CampaignPlan of a campaign: the agents that finish the list in time, or the day that given agents do.

    `campaign` is a Campaign or the name of one of the `centre`'s. `agents` (net, in every calling hour) asks for
    the day the list is done; `by`, a date, for the fewest agents that finish it by then, the campaign's `ends`
    where neither is given; both together are checked against each other. `starts` stands in for the campaign's.
    Calling hours are the campaign's `hours` with the country's public holidays. A list of nobody needs nobody.
    Raises Infeasible in words where the window is too short, ValueError for bad input.

    >>> from ccplan.data import Campaign, Centre
    >>> renewals = Campaign(name="renewals", records=2000, contact_rate=0.3, mode="progressive")
    >>> plan = plan_campaign(renewals, Centre(name="Example"), starts="2026-09-07", by="2026-09-18")
    >>> plan.agents, round(plan.agents_exact, 2), round(plan.penetration, 3), plan.ends.isoformat()
    (2, 1.31, 0.507, '2026-09-15')
    """
    campaign = _campaign(campaign, centre)
    start, by = _window(campaign, agents, by, starts)
    hours = calling_hours(campaign, centre, start, by if by else start + pd.Timedelta(days=LONGEST))
    number = _fewest(campaign, hours, start, by) if agents is None else _whole("agents", agents)
    attempts = list_passes(campaign, number)
    if agents is not None and by is not None:
        _refuse_late(campaign, attempts, hours, number, by)
    return _plan(campaign, centre, hours, start, by, number, attempts)


def compare_modes(campaign, centre, agents, modes=tuple(MODES)):
    """Every way of dialling the same list with the same agents, a row a mode.

    Returns mode, and by agent-hour: dials, contacts, right_parties; occupancy, abandonment (dropped ÷ answered),
    within_cap (whether that keeps max_abandonment), agent_hours of the whole list, penetration, right parties
    reached, hours_per_right_party (net), cost_per_right_party (currency, paid hours). Raises ValueError for bad input.

    >>> from ccplan.data import Campaign, Centre
    >>> modes = compare_modes(Campaign(name="renewals", records=2000), Centre(name="Example"), agents=10)
    >>> modes.set_index("mode")["hours_per_right_party"].round(3).to_dict()
    {'preview': 0.149, 'progressive': 0.116, 'power': 0.101, 'predictive': 0.105}
    """
    campaign, number = _campaign(campaign, centre), _whole("agents", agents, low=1)
    return pd.DataFrame([_mode_row(replace(campaign, mode=mode), centre, number) for mode in modes])


def list_passes(campaign, agents):
    """The list through its attempts, a row a pass, dialled by `agents` agents.

    Returns attempt, dials (records tried), answered, contacts (that reach an agent), right_parties, conversions,
    left (records not reached yet), penetration (right parties so far ÷ records), agent_hours, right_parties_per_hour
    (and agent), occupancy, abandonment. Nobody dialling leaves the hours nan.
    """
    left, rows, told = float(campaign.records), [], {}
    for attempt in range(1, campaign.attempts + 1):
        rate = campaign.contact_rate_of(attempt)
        told[rate] = told.get(rate) or _dialling(campaign, agents, rate)
        rows.append(_pass(campaign, attempt, left, rate, told[rate]))
        left = rows[-1]["left"]
    frame = pd.DataFrame(rows)
    share = frame["right_parties"].cumsum() / campaign.records if campaign.records else 0.0
    frame.insert(7, "penetration", share)
    return frame


def calling_hours(campaign, centre, start, end):
    """The hours of each day from `start` to `end`, both included, in which people may be called: a Series by day.

    Days without any are left out; public holidays of the centre's country have the campaign's holiday hours. A span
    over midnight counts for the day it begins on.
    """
    days, rules = pd.date_range(start, end, freq="D"), campaign.hours
    free = () if rules.holidays is None else set(centre.public_holidays(days[0], days[-1]))
    spans = [rules.holidays if day.date() in free else rules.week[day.weekday()] for day in days]
    hours = pd.Series([sum(last - first for first, last in day) / 60 for day in spans], index=days, dtype=float)
    return hours[hours > 0].rename("calling_hours").rename_axis("day")


def _campaign(campaign, centre):
    if isinstance(campaign, str):
        return centre.campaign(campaign)
    if not isinstance(campaign, Campaign):
        raise ValueError(f"campaign must be a Campaign or the name of one, got {campaign!r}")
    return campaign


def _whole(name, value, low=0):
    if np.ndim(value):
        raise ValueError(f"{name} must be one number, got {value!r}")
    number = float(floats(name, value, low=low, high=MOST_AGENTS))
    if number != int(number):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return int(number)


def _window(campaign, agents, by, starts):
    """First and last day as timestamps; the last is None where given agents may take as long as they need."""
    start = _day("starts", starts or campaign.starts)
    if start is None:
        raise ValueError(
            f"{campaign.name}: starts must be set — write starts = 2026-09-01 into [campaigns.{campaign.name}], or pass it"
        )
    end = _day("by", by if by is not None or agents is not None else campaign.ends)
    if end is None and agents is None:
        raise ValueError(
            f"{campaign.name}: name the agents, or the day by which the list must be done (by, or ends in centre.toml)"
        )
    if end is not None and end < start:
        raise ValueError(f"{campaign.name}: by must not lie before starts, got {end:%Y-%m-%d} before {start:%Y-%m-%d}")
    if end is not None and (end - start).days > LONGEST:
        raise ValueError(f"{campaign.name}: by must be within {LONGEST} days of starts, got {end:%Y-%m-%d}")
    return start, end


def _day(name, value):
    if value is None:
        return None
    try:
        day = pd.Timestamp(value)
    except (TypeError, ValueError):
        day = pd.NaT
    if day is pd.NaT or isinstance(value, (int, float)):
        raise ValueError(f"{name} must be a date such as 2026-09-18, got {value!r}")
    return day.tz_localize(None).normalize()


def _dialling(campaign, agents, rate):
    names = (
        "handle_s",
        "answer_s",
        "no_answer_s",
        "preview_s",
        "lines_per_agent",
        "max_abandonment",
        "abandon_after_s",
    )
    return dialling(agents, campaign.mode, contact_rate=rate, **{name: getattr(campaign, name) for name in names})


def _pass(campaign, attempt, tried, rate, told):
    contacts = tried * rate * (1 - told.abandonment)
    reached = contacts * campaign.right_party_rate
    return {
        "attempt": attempt, "dials": tried, "answered": tried * rate, "contacts": contacts, "right_parties": reached,
        "conversions": reached * campaign.conversion, "left": tried - reached,
        "agent_hours": tried / told.dials if told.dials else (0.0 if tried == 0 else np.nan),
        "right_parties_per_hour": told.contacts * campaign.right_party_rate,
        "occupancy": told.occupancy, "abandonment": told.abandonment,
    }  # fmt: skip


def _needed(campaign, agents):
    return list_passes(campaign, agents)["agent_hours"].sum(skipna=False)


def _fewest(campaign, hours, start, by):
    """The fewest agents whose hours hold the list's: the hours that each must give fall as the team grows."""
    if campaign.records == 0:
        return 0
    window = hours.sum()
    if window == 0:
        raise Infeasible(
            f"campaign {campaign.name}: there is no calling hour from {start:%Y-%m-%d} to {by:%Y-%m-%d} — "
            "choose a later day, or widen its hours"
        )
    high = int(np.ceil(_needed(campaign, 1) / window * (1 - _SURE)))
    while high <= MOST_AGENTS and _needed(campaign, high) > high * window * (1 + _SURE):
        high = max(
            high + 1, int(np.ceil(_needed(campaign, high) / window))
        )  # a power dialler's team drops less, and dials less
    if high > MOST_AGENTS:
        raise Infeasible(
            f"campaign {campaign.name}: {_needed(campaign, MOST_AGENTS):,.0f} agent-hours do not fit into {window:g} "
            f"calling hours with {MOST_AGENTS:,} agents — choose a later day, fewer records or fewer attempts"
        )
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _needed(campaign, middle) <= middle * window * (1 + _SURE) else (middle, high)
    return high


def _refuse_late(campaign, attempts, hours, agents, by):
    needed, there = attempts["agent_hours"].sum(skipna=False), agents * hours.sum()
    if campaign.records and not needed <= there * (1 + _SURE):
        what = f"needs {needed:,.0f} agent-hours" if agents else "needs agents"
        raise Infeasible(
            f"campaign {campaign.name}: the list {what}, {agents} agents have {there:,.0f} by {by:%Y-%m-%d}"
            + (f", {needed - there:,.0f} too few" if agents else "")
            + " — add agents, choose a later day or fewer records"
        )


def _plan(campaign, centre, hours, start, by, agents, attempts):
    days = _by_day(campaign, hours, agents, attempts)
    needed = float(attempts["agent_hours"].sum(skipna=False))
    there = agents * float(hours.sum())
    done = 1.0 if needed <= there * (1 + _SURE) else there / needed if there and np.isfinite(needed) else 0.0
    sums, answered = attempts[["right_parties", "conversions"]].sum(), attempts["answered"].sum()
    paid = scheduled_agents(needed, centre.shrinkage.total, whole=False) if np.isfinite(needed) else np.nan
    ends = (days["day"].iloc[-1] if len(days) else start).date() if done == 1 else None
    return CampaignPlan(
        campaign=campaign, agents=agents, agents_exact=needed / float(hours.sum()) if by is not None and hours.sum() else float(agents),
        scheduled=scheduled_agents(agents, centre.shrinkage.total), agent_hours=needed, paid_hours=paid,
        cost=paid * centre.costs.loaded_hourly_cost, starts=start.date(),
        ends=ends, done=done, in_time=ends is not None and (campaign.ends is None or ends <= campaign.ends),
        right_parties=float(sums["right_parties"]), conversions=float(sums["conversions"]),
        penetration=float(attempts["penetration"].iloc[-1]),
        abandonment=float(attempts["abandonment"] @ attempts["answered"] / answered) if answered else 0.0,
        occupancy=float(attempts["occupancy"] @ attempts["agent_hours"] / needed) if needed > 0 else np.nan,
        attempts=attempts, days=days,
    )  # fmt: skip


def _by_day(campaign, hours, agents, attempts):
    """A row a calling day until the list is done: what is reached so far follows the agent-hours through the passes."""
    needed = np.nan_to_num(attempts["agent_hours"].to_numpy())
    marks = np.append(0.0, needed.cumsum())
    spent = np.minimum(agents * hours.cumsum(), marks[-1])
    before = spent.shift(fill_value=0.0)
    used = hours[(before < marks[-1] * (1 - _SURE)) & (agents > 0)].index
    frame = pd.DataFrame({"calling_hours": hours, "agents": agents, "agent_hours": spent - before}).loc[used]
    for name in ("dials", "contacts", "right_parties", "conversions"):
        so_far = np.interp(spent[used], marks, np.append(0.0, attempts[name].cumsum()))
        frame[name] = np.diff(so_far, prepend=0.0)
    frame["penetration"] = frame["right_parties"].cumsum() / campaign.records if campaign.records else 0.0
    # The pass that the day ends in.
    frame["attempt"] = np.minimum(np.searchsorted(marks[1:], spent[used] * (1 - _SURE)) + 1, len(needed))
    return frame.reset_index()


def _mode_row(campaign, centre, agents):
    attempts = list_passes(campaign, agents)
    sums = attempts[["dials", "answered", "contacts", "right_parties", "agent_hours"]].sum()
    hours, reached = sums["agent_hours"], sums["right_parties"]
    dropped = 1 - sums["contacts"] / sums["answered"] if sums["answered"] else 0.0
    each = hours / reached if reached else np.nan
    paid = scheduled_agents(each, centre.shrinkage.total, whole=False) if reached else np.nan
    return {
        "mode": campaign.mode, "dials": sums["dials"] / hours if hours else np.nan, "contacts": sums["contacts"] / hours if hours else np.nan,
        "right_parties": 1 / each, "occupancy": attempts["occupancy"] @ attempts["agent_hours"] / hours if hours else np.nan,
        "abandonment": max(0.0, dropped), "within_cap": bool(dropped <= campaign.max_abandonment * (1 + 1e-6) + 1e-12),
        "agent_hours": hours, "penetration": attempts["penetration"].iloc[-1], "reached": reached,
        "hours_per_right_party": each, "cost_per_right_party": paid * centre.costs.loaded_hourly_cost,
    }  # fmt: skip
