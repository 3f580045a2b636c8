"""The agents: invented people in teams, who come and go, each with a pace and a skill of their own."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .clock import FIRST, LAST, generator

TEAMS = {  # name: (queue, seats of 37.5 hours, seats of 25 hours)
    "Alder": ("service", 8, 7),
    "Birch": ("service", 8, 7),
    "Rowan": ("service", 8, 7),
    "Willow": ("service", 8, 7),
    "Storm": ("outage", 20, 0),
    "Harbour": ("digital", 9, 0),
}
SKILLS = {"service": "service", "outage": "outage;service", "digital": "chat;email"}
FULL_TIME, PART_TIME = 37.5, 25.0
ATTRITION = 0.24  # leavers a year ÷ headcount, as in centre.toml
TRAINING_DAYS = 28  # from the first day to the first call
RAMP = (1.15, 1.08, 1.03)  # handle time in the first, second, third month on the phones
# Nobody is called so: Finnish first names, birds for surnames.
# fmt: off
FORENAMES = (
    "Aada", "Aino", "Eero", "Elias", "Ella", "Emil", "Hanna", "Heikki", "Iida", "Ilmo", "Jari", "Juho", "Kaisa",
    "Kerttu", "Lauri", "Leena", "Matti", "Mirja", "Niilo", "Noora", "Oiva", "Oona", "Paavo", "Päivi", "Raili", "Riku",
    "Saara", "Sampo", "Taimi", "Tuomo", "Urho", "Valma", "Veikko", "Venla", "Yrjö",
)
BIRDS = (
    "Bullfinch", "Crossbill", "Curlew", "Dipper", "Fieldfare", "Goldcrest", "Jackdaw", "Lapwing", "Nuthatch", "Plover",
    "Redstart", "Siskin", "Treecreeper", "Turnstone", "Waxwing", "Whinchat", "Wigeon", "Woodcock", "Wren",
)
# fmt: on


@dataclass(frozen=True, kw_only=True)
class Person:
    """An agent and what the tables do not tell: pace (of handle times) and skill (about −2 to 2).

    `hired` and `left` are day numbers, negative before the first day; `left` is past the last day for
    those who stay.
    """

    name: str
    team: str
    hired: int
    left: int
    weekly_hours: float
    hourly_wage: float
    pace: float
    skill: float

    @property
    def queue(self):
        """What the team works for: service, outage or digital."""
        return TEAMS[self.team][0]

    @property
    def first_call(self):
        """Day number from which the agent takes calls."""
        return self.hired + TRAINING_DAYS

    def pace_on(self, day):
        """Handle time against the average agent's on a day: newcomers take longer."""
        month = (day - self.first_call) // 30
        return self.pace * (RAMP[month] if month < len(RAMP) else 1.0)

    def employed(self, day):
        """True from the first day to the last, both included."""
        return self.hired <= day <= self.left


def make_people():
    """All agents of the two years, in order of team and seat: a seat falls vacant and is filled again."""
    rng, names = generator(10), _names()
    return [
        person
        for team, (_, full, part) in TEAMS.items()
        for seat in range(full + part)
        for person in _occupants(rng, names, team, FULL_TIME if seat < full else PART_TIME)
    ]


def _names():
    rng = generator(11)
    pairs = [f"{first} {bird}" for first in FORENAMES for bird in BIRDS]
    return iter([pairs[i] for i in rng.permutation(len(pairs))])


def _occupants(rng, names, team, hours):
    """One after the other on a seat: a new one comes on a Monday up to seven weeks after the last left."""
    end, day = len(pd.date_range(FIRST, LAST)), -int(rng.integers(100, 3000))
    while day < end:
        stays = int(rng.exponential(365.25 / ATTRITION))
        # Who was hired before the first day is still there on it: the exponential forgets.
        left = (0 if day < 0 else day + 60) + stays
        yield _person(rng, next(names), team, hours, day, left)
        day = _next_monday(left + 1 + int(rng.integers(0, 35)))


def _person(rng, name, team, hours, hired, left):
    tenure = min(max(-hired, 0) / 365, 6)
    wage = 13.05 + 0.22 * tenure + 0.1 * int(rng.integers(0, 8)) + (0.9 if team == "Storm" else 0)
    pace = float(np.clip(rng.normal(1, 0.04), 0.88, 1.12))
    return Person(
        name=name,
        team=team,
        hired=hired,
        left=left,
        weekly_hours=hours,
        hourly_wage=round(wage, 2),
        pace=pace,
        skill=float(rng.normal()),
    )


def _next_monday(day):
    return day + -(day + pd.Timestamp(FIRST).day_of_week) % 7


def agents_table(people):
    """The table `agents`: everyone who was employed while calls were recorded, or had been before."""
    first, last = pd.Timestamp(FIRST), pd.Timestamp(LAST)
    rows = [
        (
            p.name,
            p.team,
            first + pd.Timedelta(days=p.hired),
            first + pd.Timedelta(days=p.left),
            p.weekly_hours,
            p.hourly_wage,
            SKILLS[p.queue],
        )
        for p in people
    ]
    table = pd.DataFrame(rows, columns=["agent", "team", "hired", "left", "weekly_hours", "hourly_wage", "skills"])
    table["left"] = table["left"].where(table["left"] <= last)
    return table.sort_values(["team", "hired", "agent"], ignore_index=True)
