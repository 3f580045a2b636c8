"""A setting is data: its default, meaning, unit and rule stand in one place, beside its name.

`centre.toml`, the dataclasses, the starter file and the sliders of the panels all read the same
rule, so none can accept what another refuses.
"""

import dataclasses
import difflib
from fractions import Fraction
from math import inf

from ..queueing.inputs import SHARE_HINT, floats, one_of


def setting(default=dataclasses.MISSING, *, says, check, unit="", slider=None):
    """A dataclass field that carries its meaning, unit, check and the usual range for a slider."""
    known = {"says": says, "check": check, "unit": unit, "slider": slider}
    return dataclasses.field(default=default, metadata=known)


def number(low=0.0, high=inf, *, open_low=False, open_high=False, hint="", whole=False):
    """A check for one number within bounds; text, booleans and lists are refused in words.

    >>> number(open_low=True)("aht_s", "300")
    Traceback (most recent call last):
    ValueError: aht_s must be a number, got '300' — write it without quotes
    """

    def check(name, value):
        if isinstance(value, str):
            raise ValueError(f"{name} must be a number, got {value!r} — write it without quotes")
        if isinstance(value, bool) or not hasattr(value, "__float__") or getattr(value, "size", 1) != 1:
            raise ValueError(f"{name} must be a number, got {value!r}")
        result = float(floats(name, value, low=low, high=high, open_low=open_low, open_high=open_high, hint=hint))
        if whole and result != inf and not result.is_integer():
            raise ValueError(f"{name} must be a whole number, got {value!r}")
        return int(result) if whole and result != inf else result

    return check


def a_share(*, open_high=False):
    """A check for one share 0–1; 30 is refused with the way to write it.

    >>> a_share()("on_costs", 30)
    Traceback (most recent call last):
    ValueError: on_costs must be in [0, 1], got 30 — write 30 % as 0.30
    """
    return number(high=1.0, open_high=open_high, hint=SHARE_HINT)


def text(choices=()):
    """A check for words: not empty, and one of the choices where there are some."""

    def check(name, value):
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name} must be words in quotes, got {value!r}")
        return one_of(name, value, choices) if choices else value

    return check


def pairs(name, value, example, first, second):
    """A list of pairs, each part checked: `first` and `second` are (word, check); ValueError in words with an
    `example`.

    >>> pairs("steps", [[0, 2]], "[[0, 0.05]]", ("quantity", number()), ("price", number()))
    ((0.0, 2.0),)
    """
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__"):
        raise ValueError(f"{name} must be steps such as {example}, got {value!r}")
    found = []
    for i, pair in enumerate(value):
        if isinstance(pair, (str, bytes, dict)) or not hasattr(pair, "__len__") or len(pair) != 2:
            raise ValueError(f"{name}[{i}] must be [{first[0]}, {second[0]}], got {pair!r}")
        found.append(
            tuple(check(f"{name}[{i}] {word}", part) for (word, check), part in zip((first, second), pair, strict=True))
        )
    return tuple(found)


def yes_or_no():
    """A check for true or false, without quotes."""

    def check(name, value):
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, got {value!r} — write it without quotes")
        return value

    return check


def settle(record, where=""):
    """Check every field of a frozen record in its `__post_init__`; one ValueError tells all."""
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    good, problems = checked(type(record), values, where)
    if problems:
        raise ValueError("; ".join(problems))
    for name, value in good.items():
        object.__setattr__(record, name, value)


def checked(cls, values, where=""):
    """The values that pass the checks of the class's fields, and the problems of the others."""
    good, problems = {}, []
    for field in dataclasses.fields(cls):
        if field.name not in values:
            continue
        try:
            check = field.metadata.get("check", lambda name, value: value)
            good[field.name] = check(where + field.name, values[field.name])
        except ValueError as problem:
            problems.append(str(problem))
    return good, problems


def unknown(keys, known, where=""):
    """A sentence for every key that is not known, with the nearest known one.

    >>> unknown(["patiense_s"], ["aht_s", "patience_s"], "queues.service.")
    ['queues.service.patiense_s is not a known setting — did you mean patience_s?']
    """
    return [_unknown(str(key), list(known), where) for key in keys if key not in known]


def exact(value):
    """A number as the fraction that its shortest decimal text means: 0.1 is one tenth.

    >>> float(exact(0.1) + exact(0.2))
    0.3
    """
    return Fraction(repr(float(value)))


def _unknown(key, known, where):
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"{where}{key} is not a known setting — {hint}"
