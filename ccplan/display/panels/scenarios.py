"""A scenario that came from a file, read as the State of a panel: nothing in it is believed before it is checked."""

from .dials import State


def read_scenario(desk, scenario):
    """The State that a scenario sets on a desk: what it leaves out stands as it is at its place.

    Raises ValueError in words for a shape, a name or a value that no scenario of this panel has.
    """
    parts = [
        scenario.get(name, {}) if isinstance(scenario, dict) else None for name in ("dials", "switches", "pickers")
    ]
    if not all(isinstance(part, dict) for part in parts) or not any(parts):
        raise ValueError(f"a scenario of {desk.kind} must hold dials, switches or pickers")
    dials, switches, pickers = parts
    base = desk.at(_texts(desk, pickers))
    known = {dial.name: dial for dial in desk.dials_at(base)}
    _no_strangers(desk, "dial", dials, base.values)
    _no_strangers(desk, "switch", switches, base.on)
    return State(
        base.values | {name: known[name].kept(value) for name, value in dials.items()},
        base.on | {name: _yes_or_no(name, on) for name, on in switches.items()},
        base.places,
    )


def _texts(desk, pickers):
    _no_strangers(desk, "picker", pickers, desk.state.places)
    for name, choice in pickers.items():
        if not isinstance(choice, str):
            raise ValueError(f"{name} of a scenario must be text, got {str(choice)[:40]!r}")
    return desk.state.places | pickers


def _no_strangers(desk, what, given, known):
    strange = [str(name)[:40] for name in given if name not in known]
    if strange:
        raise ValueError(
            f"a scenario of {desk.kind} knows no {what} {strange[0]!r}: known are {', '.join(known) or 'none'}"
        )


def _yes_or_no(name, on):
    if not isinstance(on, bool):
        raise ValueError(f"{name} of a scenario must be true or false, got {str(on)[:40]!r}")
    return on
