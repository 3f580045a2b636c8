"""How many agents a day needs: the fewest by the time-varying queue, and what the simpler rules would say.

The simpler rules staff each interval by itself with the stationary formulas, for the rate of the interval
(stationary), for the rate a handle time earlier (lagged), or for the load that calls in hand really make
(offered load). They promise what they then do not keep; `predict_day` says by how much.

Source: Green, Kolesar & Whitt (2007), "Coping with time-varying demand when setting staffing requirements
for a service system"; Jennings, Mandelbaum, Massey & Whitt (1996), "Server staffing to meet time-varying demand".
"""

from dataclasses import replace

import numpy as np

from .arrival_rate import calls_of
from .inputs import SHARE_HINT, one_number, one_of
from .targets import Infeasible, Targets, refuse_other, required_agents
from .time_varying import (
    back, begin, changed, crew_of, day_door, day_flows, mixed, service_counts, service_ratios, through, unchanged,
)  # fmt: skip

_ROUNDING = 1e-6  # of a share: finer than the prediction itself
_MEASURES = {  # target → the measure that it holds down
    "service_level": lambda ratios: 1 - ratios["service_level"],
    "max_asa_s": lambda ratios: ratios["asa_s"],
    "max_abandonment": lambda ratios: ratios["abandonment"],
    "max_occupancy": lambda ratios: ratios["occupancy"],
    "max_blocking": lambda ratios: np.zeros_like(ratios["occupancy"]),
}
_COARSE, _CLOSE = 2.0, 0.003  # steps twice as long, and how far from a limit they are trusted
_TURNS = 400  # repairs after which the search gives up


def required_day(
    calls, aht_s, targets, *, interval_s=1800, patience_s=np.inf, rate=None, start="empty", meet="every", least=0
):
    """The fewest agents, interval by interval, with which the day meets its targets as `predict_day` sees it.

    Input as in `predict_day`; `targets` a `Targets`, or one an interval. `meet`: "every" interval meets them, the
    "day" does as a whole, or a share of the intervals such as 0.95 does while the others miss their limits by
    at most as much again (a level of 80 % does not fall below 60 %). `least` agents are there in any case, a
    number or one an interval. Returns an array of ints.

    Each interval gets the fewest agents that serve it, given who waits from before; where calls of its last
    moments fare worse under the staff that follows, it gets another. For the day, agents go one by one from the
    plan for every interval, where they are missed least, while one stays wherever calls come: a day as a whole may be
    kept at the cost of quiet hours, which `least` holds up. A search, not a proof that no plan has fewer.
    Raises Infeasible for a target of nothing at all, ValueError for bad input.

    >>> required_day([60, 100, 80], 300, Targets(service_level=0.8), patience_s=180).tolist()
    [12, 19, 17]
    """
    search = _search(calls, aht_s, targets, interval_s, patience_s, rate, start, least)
    if isinstance(meet, str):
        if meet not in ("every", "day"):
            raise ValueError(f'meet must be "every", "day" or a share of the intervals such as 0.95, got {meet!r}')
        return search.every() if meet == "every" else search.whole()
    return search.most(one_number("meet", meet, high=1.0, hint=SHARE_HINT))


def stationary_agents(calls, aht_s, targets, *, interval_s=1800, patience_s=np.inf, rate=None):
    """The fewest agents of each interval by the stationary formulas alone (SIPP): an array of ints.

    Input as in `required_day`.

    >>> stationary_agents([60, 100, 80], 300, Targets()).tolist()
    [14, 21, 18]
    """
    day, _ = day_door(calls, aht_s, 0, interval_s, patience_s, 0.0, rate)
    return _by_formula(day.offered, day, targets)


def lagged_agents(calls, aht_s, targets, *, interval_s=1800, patience_s=np.inf, rate=None, start="empty"):
    """The same for the rate one handle time earlier: calls in hand peak that much after the calls themselves.

    Before the day the rate is zero (`start="empty"`) or that of its begin ("steady").

    >>> lagged_agents([60, 100, 80], 300, Targets()).tolist()
    [11, 21, 18]
    """
    day, _ = day_door(calls, aht_s, 0, interval_s, patience_s, 0.0, rate)
    offered = np.empty(day.size)
    before = day.rate[0, 2] if _steady(start) else 0.0
    for k, (left, right) in enumerate(zip(day.edges[:-1] - day.aht_s, day.edges[1:] - day.aht_s)):
        early = max(min(right, 0.0) - min(left, 0.0), 0.0)
        offered[k] = early * before + calls_of(day.rate, np.maximum([left, right], 0.0))[0]
    return _by_formula(offered, day, targets)


def offered_load_agents(calls, aht_s, targets, *, interval_s=1800, patience_s=np.inf, rate=None, start="empty"):
    """The same for the mean offered load of each interval (MOL): the agents busy if there were always enough.

    >>> offered_load_agents([60, 100, 80], 300, Targets()).tolist()
    [11, 20, 18]
    """
    day, _ = day_door(calls, aht_s, 0, interval_s, patience_s, 0.0, rate)
    return _by_formula(offered_load(day, start) * day.interval_s / day.aht_s, day, targets)


def offered_load(day, start="empty"):
    """The mean number of calls in hand by interval if nobody ever waited (M/G/∞), in Erlang.

    Source: Eick, Massey & Whitt (1993), "The physics of the M_t/G/∞ queue".
    """
    now = day.rate[0, 2] * day.aht_s[0] if _steady(start) else 0.0
    held = np.empty(day.size)
    offered = day.offered
    for k, aht_s in enumerate(day.aht_s):
        before, left, right = now, k * day.interval_s, (k + 1) * day.interval_s
        for begin_s, end_s, first, slope in day.rate[(day.rate[:, 1] > left) & (day.rate[:, 0] < right)]:
            a, b = max(begin_s, left), min(end_s, right)
            trend = [(first + slope * (t - begin_s)) * aht_s - slope * aht_s**2 for t in (a, b)]
            now = trend[1] + (now - trend[0]) * np.exp(-(b - a) / aht_s)
        held[k] = (offered[k] - (now - before)) * aht_s / day.interval_s  # calls that came and did not stay
    return np.maximum(held, 0.0)


def _steady(start):
    return one_of("start", start, ("empty", "steady")) == "steady"


def _by_formula(offered, day, targets):
    targets, how = _each(targets, day.size), dict(interval_s=day.interval_s, patience_s=day.patience_s)
    if len(set(targets)) == 1:
        return required_agents(offered, day.aht_s, targets[0], **how)
    return np.array([required_agents(*one, **how) for one in zip(offered, day.aht_s, targets, strict=True)])


def _each(targets, size):
    """One `Targets` an interval."""
    given = list(targets) if isinstance(targets, (list, tuple)) else [targets] * size
    for one in given:
        refuse_other(one)
    if len(given) != size:
        raise ValueError(f"targets must be one, or one an interval, got {len(given)} for {size} intervals")
    return given


def _eased(targets, slack):
    """The targets with limits `slack` times as wide."""
    wide = {
        name: min(slack * limit, 1.0) if name != "max_asa_s" else slack * limit
        for name, limit in targets.limits.items()
        if name not in ("service_level", "max_blocking")
    }
    level = None if targets.service_level is None else max(1 - slack * (1 - targets.service_level), 0.0)
    return Targets(**({"service_level": level, "target_s": targets.target_s, "definition": targets.definition} | wide))


def _search(calls, aht_s, targets, interval_s, patience_s, rate, start, least):
    target_s = targets.target_s if isinstance(targets, Targets) else None
    day, least = day_door(calls, aht_s, least, interval_s, patience_s, 0.0 if target_s is None else target_s, rate)
    targets = _each(targets, day.size)
    if len({(one.target_s, one.definition) for one in targets}) > 1:
        raise ValueError("targets of a day must have one target_s and one definition, got several")
    day = replace(day, target_s=float(targets[0].target_s))
    _refuse_nothing(targets, day)
    return _Search(mixed(day, start), targets, least, start)


def _refuse_nothing(targets, day):
    """A share of exactly nothing is reached by no number of agents."""
    for name, limit in {(name, limit) for one in targets for name, limit in one.limits.items()}:
        if limit <= 0 and name != "max_blocking" and not (name == "max_abandonment" and np.isinf(day.patience_s)):
            raise Infeasible(
                f"{name} = {1 - limit if name == 'service_level' else 0:g} cannot be met by any number of "
                "agents — a few callers always wait; allow a little more"
            )


class _Search:
    """The day with the states in which its intervals begin, as far as its agents are settled."""

    def __init__(self, day, targets, least, start):
        self.day, self.targets, self.start = day, targets, start
        self.offered = day.offered
        self.limits = [dict(one.limits) for one in targets]
        self.definition = targets[0].definition
        self.least = least.copy()
        if np.isinf(day.patience_s) and isinstance(start, str) and start == "steady":  # fewer would never have settled
            self.least[0] = max(self.least[0], int(day.rate[0, 2] * day.aht_s[0]) + 1)
        self.guess = self._by_load()
        self.day = replace(day, crew=crew_of(self.guess))
        self.states = {}

    def _by_load(self, slack=1.0):
        """What the formula asks for with the load of calls in hand, the limits being passed by up to `slack` times."""
        easy = [
            _eased(one, slack) if set(one.limits) - {"max_blocking"} else Targets(service_level=0.0)
            for one in self.targets
        ]
        load = offered_load(self.day, "steady" if isinstance(self.start, str) and self.start == "steady" else "empty")
        return np.asarray(_by_formula(load * self.day.interval_s / self.day.aht_s, self.day, easy), dtype=np.int64)

    def every(self):
        """Every interval meets its limits."""
        agents = np.zeros(self.day.size, np.int64)
        floor, k = self.least.copy(), 0
        for _ in range(_TURNS):
            agents = self._forward(agents, k, floor)
            over = self._over_all(agents)
            missed = np.flatnonzero(over > 0)
            if not missed.size:
                return agents
            k = int(missed[0])  # what comes later is too little for those who came late in k: one more here
            floor[k] = agents[k] + 1
        raise Infeasible("no plan was found that meets the targets in every interval — relax them")

    def most(self, part):
        """A share of the intervals with calls meets its limits; the others may miss them by as much again."""
        busy = np.flatnonzero(self.offered > 0)
        spared = int(np.floor(busy.size * (1 - part) + 1e-9))
        agents = self.every()
        if not spared:
            return agents
        strict = self.limits
        loose = [{name: 2 * limit for name, limit in one.items()} for one in strict]
        saving, likely = np.zeros(self.day.size), np.maximum(self._by_load() - self._by_load(2.0), 1)
        for k in busy:
            self.limits = [*strict[:k], loose[k], *strict[k + 1 :]]
            self.guess[k] = agents[k] - likely[k]
            saving[k] = agents[k] - self._fewest(k, agents, int(self.least[k]))
        let_off = busy[np.argsort(-saving[busy], kind="stable")[:spared]]
        self.limits = [loose[k] if k in let_off else strict[k] for k in range(self.day.size)]
        self.guess = agents - saving.astype(np.int64) * np.isin(np.arange(self.day.size), let_off)
        found = self.every()
        self.limits = strict
        return found if found.sum() < agents.sum() else agents

    def whole(self):
        """The day as a whole meets the limits: agents go, one by one, where they are missed least."""
        if len(set(self.targets)) > 1:
            raise ValueError('meet="day" needs one Targets for the day, got several')
        agents = self.every()
        counts = self._counts(day_flows(self.day, agents, begin(self.day, agents[0], self.start)), agents)
        floor = np.maximum(self.least, self.offered > 0)  # while calls come, somebody is at work
        # For each interval: the misses it would bring to the day, and its part of the counts; None: not known.
        gone = []
        cost = np.full(agents.size, -np.inf)
        parts: list = [None] * agents.size
        now = self._day_over(counts)
        while True:
            k = int(np.argmin(np.where(agents > floor, cost, np.inf)))
            if agents[k] <= floor[k] or now + cost[k] > 0:
                return self._up_again(agents, gone)
            if parts[k] is None:  # only what looks best is worked out
                over, parts[k] = self._without(k, agents, counts)
                cost[k] = over - now
                continue
            agents[k] -= 1
            gone.append((k, cost[k]))
            first, part = parts[k]
            for name, value in part.items():
                counts[name][first : first + value.size] = value
            now = self._day_over(counts)
            self._settle(agents, k)
            for i in range(max(k - 2, 0), min(k + 3, agents.size)):
                parts[i] = None  # its cost stands as a guess

    def _up_again(self, agents, gone):
        """The agents seen to meet the limits of the day; those who went last come back for as long as not."""
        for _ in range(_TURNS):
            whole = self._counts(day_flows(self.day, agents, begin(self.day, agents[0], self.start)), agents)
            missing = self._day_over(whole)
            if missing <= 0:
                return agents
            missing /= 2  # as many at once as are worth half of what is missing, lest one too many come back
            while missing > 0:
                worst = int(np.argmax(whole["offered"] - whole["answered_in_target"]))
                k, worth = gone.pop() if gone else (worst, missing)
                agents[k] += 1
                missing -= worth
                if worth <= 0:
                    break
        raise Infeasible("no plan was found that meets the targets of the day — relax them")

    def _settle(self, agents, k):
        """The states after interval k and the next few, in which a change of its agents dies away."""
        for i in range(k, min(k + 3, self.day.size)):
            self.states[i + 1], _ = through(self.day, agents, i, self._state(i, agents), _COARSE)

    def _without(self, k, agents, counts):
        """(By how much the day misses its limits with an agent fewer in interval k, (first, counts) around k)."""
        fewer = agents.copy()
        fewer[k] -= 1
        first, last = max(k - 1, 0), min(k + 2, self.day.size - 1)
        state, passed = self._state(first, fewer), []
        for i in range(first, last + 1):
            if i > first and fewer[i] != fewer[i - 1]:
                state = changed(state, fewer[i - 1], fewer[i], self.day.crew)
            state, seen = through(self.day, fewer, i, state, _COARSE)
            passed.append(seen)
        flows = self._back(passed, first, fewer)
        part = self._counts(flows, fewer, slice(first, last + 1))
        whole = {name: value.copy() for name, value in counts.items()}
        for name, value in part.items():
            whole[name][first : last + 1] = value
        return self._day_over(whole), (first, part)

    def _back(self, passed, first, agents):
        from .forward_equations import closing

        day, last, flows = self.day, first + len(passed) - 1, np.empty((len(passed), 10))
        most, deep = (int(size) for size in passed[-1].shape[-1, 1:3])
        value, seconds = closing(agents[last], 1 / day.aht_s[last], 1 / day.patience_s, deep, most, day.crew)
        for k in range(last, first - 1, -1):
            flows[k - first], value, seconds = back(day, agents, k, passed[k - first], value, seconds, both=self._both)
            if k > first and agents[k] != agents[k - 1]:
                seen = passed[k - first - 1]
                value, seconds = unchanged(value, seconds, agents[k - 1], agents[k], seen, day.crew)
        return flows

    @property
    def _both(self):
        return self.definition not in ("offered", "answered")

    def _forward(self, agents, first, floor):
        """The fewest agents from interval `first` on, each for itself, given those before."""
        agents = agents.copy()
        for k in range(first, self.day.size):
            agents[k] = self._fewest(k, agents, int(floor[k]))
            constant = np.concatenate([agents[: k + 1], np.full(self.day.size - k - 1, agents[k])])
            self.states[k + 1], _ = through(self.day, constant, k, self._state(k, constant))
        return agents

    def _fewest(self, k, agents, floor):
        """The fewest agents in interval k that meet its limits if they stay, at least `floor`."""
        if self.offered[k] <= 0:
            return floor
        trial = max(int(self.guess[k]), floor)
        if self._met(k, agents, trial):
            while trial > floor and self._met(k, agents, trial - 1):
                trial -= 1
            return trial
        step = 1
        low = trial
        while not self._met(k, agents, trial := trial + step):
            low, step = trial, step * 2
            if trial > 1_000_000:
                raise Infeasible(f"interval {k} cannot meet its targets with a million agents — relax them")
        while trial - low > 1:
            middle = (trial + low) // 2
            low, trial = (low, middle) if self._met(k, agents, middle) else (middle, trial)
        return trial

    def _state(self, k, agents):
        """The state in which interval k begins with `agents`."""
        if k == 0:
            return begin(self.day, agents[0], self.start)
        state = self.states[k]
        return changed(state, agents[k - 1], agents[k], self.day.crew) if agents[k] != agents[k - 1] else state

    def _met(self, k, agents, number):
        """Whether `number` agents, who then stay, serve interval k: by rough steps, and by fine ones if it is close."""
        constant = np.concatenate([agents[:k], np.full(self.day.size - k, number)])
        for fine in (_COARSE, 1.0):
            _, seen = through(self.day, constant, k, self._state(k, constant), fine)
            counts = self._counts(self._back([seen], k, constant), constant, slice(k, k + 1))
            over = self._over(counts, self.limits[k])[0]
            if abs(over) > _CLOSE:
                break
        return over <= 0

    def _counts(self, flows, agents, part=slice(None)):
        return service_counts(flows, self.offered[part], self.day, agents[part])

    def _over(self, counts, limits):
        """The most by which a limit is passed, for each interval; nothing where no calls come."""
        ratios = service_ratios(counts, self.definition)
        over = [_MEASURES[name](ratios) - limit - _ROUNDING * max(limit, 1.0) for name, limit in limits.items()]
        over = np.nan_to_num(np.max(over, axis=0), nan=np.inf)
        return np.where(counts["offered"] > 0, over, -1.0)

    def _over_all(self, agents):
        counts = self._counts(day_flows(self.day, agents, begin(self.day, agents[0], self.start)), agents)
        each = ({name: value[k : k + 1] for name, value in counts.items()} for k in range(self.day.size))
        return np.array([self._over(one, limits)[0] for one, limits in zip(each, self.limits, strict=True)])

    def _day_over(self, counts):
        sums = {name: np.atleast_1d(value.sum()) for name, value in counts.items()}
        return float(self._over(sums, self.limits[0])[0])
