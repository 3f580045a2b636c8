"""Dials: what people can turn in a panel, its range on screen, and what an entry beside it means."""

import dataclasses
from dataclasses import dataclass, fields, replace

import numpy as np

from .saying import plain

DUST = 1e-9  # that a scale leaves
TYPED = str.maketrans({"−": "-", " ": None, "\N{NO-BREAK SPACE}": None})  # a number as people write it


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A slider in the unit that is shown (value × scale); `least` and `most` bound what may be typed beside it.

    `switch` is the label of a box beside it that switches it off; `whole` allows whole numbers only; `digits` are
    those shown after the point. An entry of a panel's table is a Dial without a slider.
    """

    name: str
    label: str
    unit: str
    low: float = 0
    high: float = 0
    step: float = 1
    group: str = ""
    says: str = ""
    scale: float = 1
    least: float = -1e9
    most: float = 1e9
    whole: bool = False
    switch: str = ""
    digits: int = 2

    @property
    def short(self):
        """The name without what qualifies it."""
        return self.label.split(",")[0]

    def read(self, text):
        """The value that a text means, in its own unit; ValueError in words if it means none.

        >>> Dial(name="volume", label="Volume, change", unit="%", low=-30, high=50, group="demand", scale=100, least=-90, most=900).read("12.5")
        0.125
        """
        try:
            given = float(str(text).translate(TYPED))
        except ValueError:
            raise ValueError(f"{self.short} must be a number, in {self.unit}.") from None
        return round(self._bounded(given) / self.scale, 10)

    def kept(self, value):
        """A value in its own unit, as a scenario holds it; ValueError in words where the dial cannot stand there."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{self.short} of a scenario must be a number, got {str(value)[:40]!r}.")
        try:
            value = float(value)
        except OverflowError:  # a whole number of hundreds of digits
            value = np.inf
        self._bounded(value * self.scale)
        return value

    def _bounded(self, given):
        if not self.least - DUST <= given <= self.most + DUST:
            raise ValueError(
                f"{self.short} must be between {self.least:,.12g} and {self.most:,.12g} {self.unit}, got {given:.12g}."
            )
        if self.whole and given != round(given):
            raise ValueError(f"{self.short} must be a whole number, got {given:.12g}.")
        return given

    def dialled(self, value):
        """The number that the dial shows for a value."""
        return plain(round(value * self.scale, self.digits))

    def holding(self, value):
        """The same dial, widened where it does not reach a value."""
        at = round(value * self.scale, 6)
        return replace(self, low=min(self.low, plain(np.floor(at))), high=max(self.high, plain(np.ceil(at))))

    def words(self, value):
        """The value with its unit.

        >>> Dial(name="volume", label="Volume, change", unit="%", scale=100).words(0.125)
        '12.5 %'
        >>> Dial(name="rent", label="Rent", unit="EUR").words(1234567.89)
        '1234567.89 EUR'
        """
        return f"{self.dialled(value):.12g} {self.unit}".rstrip()

    def told(self):
        """The dial as the browser draws it."""
        return {
            "name": self.name,
            "label": self.label,
            "unit": self.unit,
            "says": self.says,
            "low": self.low,
            "high": self.high,
            "step": self.step,
            "switch": {"label": self.switch} if self.switch else None,
        }


@dataclass(frozen=True)
class State:
    """Where a panel stands: `values` of the dials in their own units, which are `on`, and what the pickers say;
    dicts never changed.
    """

    values: dict
    on: dict
    places: dict

    def key(self):
        """What tells one state from another, as something that a dict can be keyed by."""
        return tuple(tuple(sorted(part.items())) for part in (self.values, self.on, self.places))


# ------------------------------------------------------------------ dials as fields of a dataclass of inputs


def dial(default, label, unit, low, high, step, *, group, check, says, scale=1):
    """A dataclass field that carries its range on screen, label, unit, step and rule.

    `slider` is the range of the dial in the field's own unit; what is shown is the value × `scale`.
    """
    known = {
        "label": label,
        "unit": unit,
        "slider": (low, high),
        "step": step,
        "scale": scale,
        "group": group,
        "check": check,
        "says": says,
    }
    return dataclasses.field(default=default, metadata=known)


def switch(default, label, *, beside):
    """A dataclass field that switches the dial of the name `beside` on and off."""
    return dataclasses.field(default=default, metadata={"label": label, "beside": beside})


def total(label, says, form, better=0):
    """A dataclass field that carries how its tile is worded; `better` is +1 where more is better."""
    return dataclasses.field(metadata={"label": label, "says": says, "form": form, "better": better})


def dial_fields(inputs):
    """The fields of a dataclass of inputs that have a dial."""
    return [field for field in fields(inputs) if "slider" in field.metadata]


def switch_fields(inputs):
    """{dial: the field that switches it on and off} of a dataclass of inputs."""
    return {field.metadata["beside"]: field for field in fields(inputs) if "beside" in field.metadata}


def dials_of(inputs):
    """The Dials of inputs, each widened to hold what the inputs have; what may be typed is what the slider reaches."""
    boxes = switch_fields(inputs)
    return tuple(
        _dial_of(field, getattr(inputs, field.name), boxes[field.name].metadata["label"] if field.name in boxes else "")
        for field in dial_fields(inputs)
    )


def _dial_of(field, now, box):
    known = field.metadata
    scale = known["scale"]
    low, high = (plain(end * scale) for end in known["slider"])
    made = Dial(
        name=field.name,
        label=known["label"],
        unit=known["unit"],
        low=low,
        high=high,
        step=plain(known["step"] * scale),
        group=known["group"],
        says=known["says"],
        scale=scale,
        switch=box,
        digits=1,
    ).holding(now)
    return replace(made, least=made.low, most=made.high)


def state_of(inputs, places):
    """The State that inputs stand for."""
    return State(
        {field.name: getattr(inputs, field.name) for field in dial_fields(inputs)},
        {name: getattr(inputs, field.name) for name, field in switch_fields(inputs).items()},
        places,
    )


def inputs_of(kind, state, **more):
    """The inputs, a dataclass `kind`, that a State stands for; `more` are fields that have neither dial nor switch."""
    return kind(**state.values, **{field.name: state.on[name] for name, field in switch_fields(kind).items()}, **more)
