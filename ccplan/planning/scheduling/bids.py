"""Bids for open shifts: who gets which, by seniority or fairly, and for each bid that is refused the reason."""

from dataclasses import dataclass, field

import pandas as pd

from ...data.given import given_table
from ...queueing.inputs import one_of
from .duty_tables import checked, checked_duties, days_of
from .roster_input import whole_people
from .rule_faults import fresh_faults, rule_faults

ORDERS = ("seniority", "fair")


@dataclass(frozen=True, kw_only=True)
class Bids:
    """What became of the bids: `awards` (agent, day, shift, start, end), `refused` (agent, day, shift, reason), the
    `duties` with the awards, and the open shifts that are `left` (day, shift, people)."""

    awards: pd.DataFrame = field(repr=False)
    refused: pd.DataFrame = field(repr=False)
    duties: pd.DataFrame = field(repr=False)
    left: pd.DataFrame = field(repr=False)


def award_bids(open_shifts, bids, duties, people, rostering, order="seniority", *, shifts=(), leave=None, before=None):
    """Who of the bidders gets which open shift: `Bids`.

    `open_shifts` is a frame day, shift, start, end and, where there are more than one, people (and paid_s, skill);
    `bids` one of agent, day, shift and, where known, rank (1: most wanted; else in the order of the rows).
    "seniority": who was hired first gets all that he asks for before the next is heard. "fair": one shift a turn,
    the turn always to whom the roster gives the fewest paid hours for his contract's; seniority decides between
    equals, then the name. Nobody gets a shift with which a rule would be broken that is kept now (`rule_faults`).
    Raises ValueError in words.
    """
    one_of("order", order, ORDERS)
    people = given_table(checked(people, ("agent",), "people"), "people", perhaps=("weekly_hours",))
    desk = _Desk(_open(open_shifts), checked_duties(duties), people, rostering, shifts, leave, before)
    waiting = _in_order(checked(bids, ("agent", "day", "shift"), "bids"), desk)
    _refuse_strangers(waiting, people)
    while waiting:
        agent = min(
            waiting, key=(lambda name: (desk.load(name), desk.rank[name])) if order == "fair" else desk.rank.get
        )
        done = False
        while waiting[agent] and not (done and order == "fair"):
            done = desk.asked(agent, *waiting[agent].pop(0)) or done
        if not waiting[agent]:
            del waiting[agent]
    return desk.answer()


def _open(open_shifts):
    """The open shifts with the number of people that each is open for."""
    rows = checked(open_shifts, ("day", "shift", "start", "end"), "open_shifts")
    rows = rows.assign(day=days_of(rows["day"], "open_shifts: day"))
    if rows.duplicated(["day", "shift", "start"]).any():
        raise ValueError(
            "open_shifts must hold a day, shift and start once — write the number of people in the column people"
        )
    return rows.assign(people=whole_people(rows["people"], "open_shifts") if "people" in rows else 1)


def _in_order(bids, desk):
    """The (day, shift) that each bidder asks for, the most wanted first."""
    rows = given_table(bids, "bids", perhaps=["rank"]).assign(day=days_of(bids["day"], "bids: day"))
    if "rank" in rows:
        rows = rows.sort_values("rank", kind="stable")
    return {
        agent: list(zip(mine["day"], mine["shift"], strict=True)) for agent, mine in rows.groupby("agent", sort=True)
    }


def _refuse_strangers(waiting, people):
    odd = sorted(set(waiting) - set(people["agent"]))
    if odd:
        raise ValueError(f"bids: {odd[0]} is not among the people")


class _Desk:
    """Where bids are heard one by one: what is open, who has what by now, and why others were refused."""

    def __init__(self, rows, duties, people, rostering, shifts, leave, before):
        self.open, self.duties, self.rules = rows, duties, (people, rostering, shifts, leave)
        self.before, self.left = before, rows["people"].tolist()
        self.awards, self.refused, self.taken = [], [], {}
        table = people.drop_duplicates("agent").set_index("agent")
        self.hired = days_of(table["hired"] if "hired" in table else pd.Series(pd.NaT, table.index), "people: hired")
        order = self.hired.rename("hired").reset_index().sort_values(["hired", "agent"])  # blanks come last
        self.rank = {agent: place for place, agent in enumerate(order["agent"])}
        hours = table["weekly_hours"].astype(float) if "weekly_hours" in table else pd.Series(dtype=float)
        self.contract = hours[hours > 0].to_dict()

    def load(self, agent):
        """Paid hours of the roster for an hour of the contract."""
        mine = self.duties[self.duties["agent"] == agent]
        lasted = (mine["end"] - mine["start"]).dt.total_seconds()
        paid = mine["paid_s"].fillna(lasted) if "paid_s" in mine else lasted
        return float(paid.sum()) / 3600 / self.contract.get(agent, 1.0)

    def asked(self, agent, day, shift):
        """Whether the bid is granted; the roster and the reasons follow."""
        places = self.open.index[(self.open["day"] == day) & (self.open["shift"] == shift)]
        free = [place for place in places if self.left[place] > 0]
        reason = self._no_place(day, shift, places) if not free else None
        for place in free:
            fresh, after = self._tried(agent, place)
            if fresh.empty:
                self._grant(agent, place, after)
                return True
            reason = reason or "; ".join(fresh["words"])
        self.refused.append((agent, day, shift, reason))
        return False

    def _no_place(self, day, shift, places):
        if not len(places):
            return f"no shift {shift} is open on {day:%Y-%m-%d}"
        return f"taken by {', '.join(self.taken.get((day, shift), ['nobody: no place was open']))}"

    def _tried(self, agent, place):
        row = self.open.loc[[place]].assign(agent=agent).drop(columns="people")
        mine = self.duties[self.duties["agent"] == agent]
        after = pd.concat([mine, row.reindex(columns=list(dict.fromkeys([*mine, *row])))], ignore_index=True)
        people, rostering, shifts, leave = self.rules
        before = None if self.before is None else self.before[self.before["agent"] == agent]
        known, then = (rule_faults(table, people, rostering, shifts, leave, before) for table in (mine, after))
        return fresh_faults(then, known), row

    def _grant(self, agent, place, row):
        self.left[place] -= 1
        self.duties = pd.concat([self.duties, row], ignore_index=True)
        self.awards.append((agent, *self.open.loc[place, ["day", "shift", "start", "end"]]))
        told = f"{agent} (hired {self.hired[agent]:%Y-%m-%d})" if pd.notna(self.hired[agent]) else agent
        self.taken.setdefault((self.open.loc[place, "day"], self.open.loc[place, "shift"]), []).append(told)

    def answer(self):
        left = self.open.assign(people=self.left)
        return Bids(
            awards=pd.DataFrame(self.awards, columns=["agent", "day", "shift", "start", "end"]),
            refused=pd.DataFrame(self.refused, columns=["agent", "day", "shift", "reason"]),
            duties=self.duties,
            left=left[left["people"] > 0][["day", "shift", "people"]].reset_index(drop=True),
        )
