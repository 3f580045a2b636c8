"""Groups of agents with the same skills: which queues they take, in which order, at what wage, how many there are."""

from dataclasses import dataclass
from math import inf

from .settings import is_list, nearest, number, setting, settle, text

AND = " and "  # between the queues in the name of a group that a table of agents suggests


def queues_in_order(name, value):
    """A check for queues in order of priority: words, or lists of words of the same priority, none twice."""
    if not is_list(value):
        raise ValueError(
            f'{name} must be a list of queues in order of priority such as ["sales", "service"], got {value!r}'
        )
    order = tuple(_level(name, level) for level in value)
    if not order:
        raise ValueError(f'{name} must name one queue at least, such as ["service"], got an empty list')
    flat = flat_skills(order)
    twice = sorted({queue for queue in flat if flat.count(queue) > 1})
    if twice:
        raise ValueError(f"{name} must name a queue once, got {', '.join(twice)} twice")
    return order


def wage_or_none(name, value):
    """A check for a wage that may be left out."""
    return None if value is None else number(open_high=True)(name, value)


def flat_skills(skills):
    """The queues of a group in a row, without their priorities.

    >>> flat_skills(("outage", ("service", "sales")))
    ('outage', 'service', 'sales')
    """
    return tuple(queue for level in skills for queue in ((level,) if isinstance(level, str) else level))


@dataclass(frozen=True, kw_only=True)
class Group:
    """Agents who take the same queues in the same order.

    `skills` are queues in order of priority; queues in a tuple of their own have the same priority, and the call that
    has waited longest comes first. `hourly_wage` stands in for the centre's (None: the centre's), `most` is the heads
    that exist (inf: as many as are needed). Raises ValueError with all that is wrong.

    >>> Group(name="storm", skills=["outage", ["service", "sales"]]).queues
    ('outage', 'service', 'sales')
    """

    name: str = setting(says="of the group", check=text())
    skills: tuple = setting(says="queues in order of priority; a list within: same priority", check=queues_in_order)
    hourly_wage: float | None = setting(
        None, says="gross wage where it is not the centre's", unit="currency per paid hour", check=wage_or_none
    )
    most: float = setting(inf, says="heads that exist", unit="people", check=number(whole=True))

    def __post_init__(self):
        settle(self, where=f"group {self.name}: ")

    @property
    def queues(self):
        """The queues the group takes, in order."""
        return flat_skills(self.skills)


def group_faults(groups, queues, needed=None):
    """What is wrong between groups and the names of queues, a sentence each: empty where all is well.

    Somebody must take each of the `needed` queues (default: all).

    >>> group_faults((Group(name="a", skills=("servise",)),), ["service"])
    ['groups.a.skills names servise, which is no queue — did you mean service?', 'queue service is taken by no group — add it to the skills of one']
    """
    names = [group.name for group in groups]
    faults = [f"a group must stand once, got {name} twice" for name in sorted({n for n in names if names.count(n) > 1})]
    faults += [
        f"groups.{group.name}.skills names {queue}, which is no queue — {nearest(queue, queues)}"
        for group in groups
        for queue in group.queues
        if queue not in queues
    ]
    taken = {queue for group in groups for queue in group.queues}
    alone = [queue for queue in (queues if needed is None else needed) if queue not in taken] if groups else []
    return faults + [f"queue {queue} is taken by no group — add it to the skills of one" for queue in alone]


def groups_of(agents, queues=None):
    """The groups that a table of agents suggests: one a set of skills, with the heads now employed as `most`.

    `agents` has the column skills (queues with semicolons between, the first the most important) and, where known,
    left: who has left is not counted. `queues`, names, keeps only skills that are queues of the centre. Groups are
    named by their queues, the largest first. Agents without skills make no group.

    >>> import pandas as pd
    >>> groups_of(pd.DataFrame({"agent": ["a", "b", "c"], "skills": ["sales", "sales;service", "sales"]}))[0]
    Group(name='sales', skills=('sales',), hourly_wage=None, most=2)
    """
    here = agents[agents["left"].isna()] if "left" in agents else agents
    orders = [order for order in (_read_skills(cell, queues) for cell in here.get("skills", ())) if order]
    counts = {order: orders.count(order) for order in dict.fromkeys(orders)}
    return tuple(
        Group(name=AND.join(order), skills=order, most=heads)
        for order, heads in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )


def _read_skills(cell, queues):
    words = dict.fromkeys(word.strip() for word in cell.split(";")) if isinstance(cell, str) else {}
    return tuple(word for word in words if word and (queues is None or word in queues))


def _level(name, level):
    """One queue, or several of the same priority."""
    if isinstance(level, str) and level.strip():
        return level
    if isinstance(level, (list, tuple)) and level and all(isinstance(queue, str) and queue.strip() for queue in level):
        return tuple(level) if len(level) > 1 else level[0]
    raise ValueError(f"{name} must hold queues as words in quotes, or lists of them, got {level!r}")
