"""A floor plan from rooms and seats: where each station stands, in metres."""

from dataclasses import dataclass

import pandas as pd

DESK_M = 1.6  # width of a station
ROW_M = 2.6  # from one row of stations to the next, with the way between
WALL_M = 0.8  # kept free along the walls


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room: `name`, `width` and `depth` in metres, `stations` asked for (0: a room without, such as the quiet
    room), its corner at `x`, `y`.
    """

    name: str
    width: float
    depth: float
    stations: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def across(self):
        """How many stations fit in a row."""
        return max(int((self.width - 2 * WALL_M + 1e-9) // DESK_M), 0)

    @property
    def holds(self):
        """How many stations fit."""
        depth = self.depth - 2 * WALL_M
        rows = int((depth + 1e-9) // ROW_M) + (depth % ROW_M >= DESK_M - 1e-9)  # the last row needs no way behind it
        return self.across * max(rows, 0)


def floor_plan(rooms, known=()):
    """Where the stations stand: a row a station (station, room, x, y in metres from the corner of the floor, of its
    middle).

    `known` are numbers of stations as in the table equipment, given out in order; further ones are numbered on
    ("ST-65"). Raises ValueError in words where a room is too small for its stations, or two rooms overlap.

    >>> plan = floor_plan([Room(name="hall", width=10, depth=8, stations=6)], known=["ST-01", "ST-02"])
    >>> plan["station"].tolist(), Room(name="hall", width=10, depth=8).holds
    (['ST-01', 'ST-02', 'ST-03', 'ST-04', 'ST-05', 'ST-06'], 10)
    """
    _refuse(rooms)
    names = _numbered(sum(room.stations for room in rooms), list(map(str, known)))
    rows = [(room.name, *place) for room in rooms for place in _places(room)]
    return pd.DataFrame(
        [(name, *row) for name, row in zip(names, rows, strict=True)], columns=["station", "room", "x", "y"]
    )


def _places(room):
    for i in range(room.stations):
        row, column = divmod(i, room.across)
        yield room.x + WALL_M + (column + 0.5) * DESK_M, room.y + WALL_M + DESK_M / 2 + row * ROW_M


def _numbered(count, known):
    """`count` names: those that are known, then on from the highest number."""
    ends = [name.rsplit("-", 1)[-1] for name in known]
    highest = max((int(end) for end in ends if end.isdecimal()), default=0)
    more = range(highest + 1, highest + 1 + count)
    return [*known[:count], *(f"ST-{number:02d}" for number in more)][:count]


def _refuse(rooms):
    for room in rooms:
        if room.stations > room.holds:
            raise ValueError(
                f"room {room.name} of {room.width:g} × {room.depth:g} m holds {room.holds} stations, asked for {room.stations}"
            )
    for i, one in enumerate(rooms):
        for other in rooms[i + 1 :]:
            apart = (
                one.x + one.width <= other.x + 1e-9
                or other.x + other.width <= one.x + 1e-9
                or one.y + one.depth <= other.y + 1e-9
                or other.y + other.depth <= one.y + 1e-9
            )
            if not apart:
                raise ValueError(f"rooms {one.name} and {other.name} overlap: move the corner of one of them")
