"""Where a staffing panel stands, as a state to go back to, as a scenario to keep, and as a column of a comparison."""

import dataclasses
from dataclasses import fields



class Standing:
    """What a desk of the staffing panel can tell of where it stands, and how it is put there."""

    def remembered(self):
        """The state that undo comes back to: queue, date, inputs, pinned inputs."""
        return self.queue, self.date, self.inputs, self.pinned

    def recall(self, state):
        """Stand where the desk stood."""
        queue, date, inputs, pinned = state
        if (queue, date) != (self.queue, self.date):
            self.go(queue, date)
        self.inputs, self.pinned = inputs, pinned

    def scenario(self):
        """What is set, as plain JSON values: queue, day and every input, exactly."""
        return {"queue": self.queue, "day": self.date.isoformat(), "inputs": dataclasses.asdict(self.inputs)}

    def take(self, scenario):
        """Set what a scenario says; None is the day as it is. Raises ValueError in words for one that this centre cannot show."""
        before = self.remembered()
        if scenario is None:
            self.inputs = self.start
            return
        queue, day, inputs = read_scenario(scenario)
        pinned = self.pinned
        try:
            self.go(queue, day)
            self._in_range(inputs)
        except ValueError:
            self.recall(before)
            raise
        self.inputs = inputs
        self.pinned = pinned if (self.queue, self.date) == before[:2] else self.start

    def _in_range(self, inputs):
        from .panel import dial_fields

        for field in dial_fields():
            value, (low, high) = getattr(inputs, field.name) * field.metadata["scale"], self._range(field)
            if not low - 1e-9 <= value <= high + 1e-9:
                raise ValueError(f"{field.metadata['label'].split(',')[0]} must be between {low:g} and {high:g} {field.metadata['unit']}, got {value:g}")

    def compared(self, scenario):
        """A scenario as a Column; "now", "start" and "pinned" are what is shown, the day as it is, and what was pinned."""
        from ..panels.tools import Column

        if isinstance(scenario, str):
            asked = (self.queue, self.date, {"now": self.inputs, "start": self.start, "pinned": self.pinned}[scenario])
        try:
            asked = asked if isinstance(scenario, str) else self._asked(scenario)
            totals, problem = self._totals_of(*asked), ""
        except ValueError as words:
            totals, problem, asked = None, str(words), (str(scenario.get("queue", "")) if isinstance(scenario, dict) else self.queue, None, None)
        place = f"{asked[0]} {asked[1]:%d %b %Y}" if asked[1] else asked[0]
        return Column(place, self._settings_of(asked[2]), _tiles_of(totals, self.centre.currency), problem)

    def _asked(self, scenario):
        queue, day, inputs = read_scenario(scenario)
        if queue not in self.days or day not in self.days[queue]:
            raise ValueError(f"the data has no {queue} on {day:%d %b %Y}")
        return queue, day, inputs

    def _totals_of(self, queue, date, inputs):
        """What a setting comes to; worked out once each."""
        from .panel import _tidy_day, is_compiled, staffing_view

        if self.view is not None and (queue, date, inputs) == (self.queue, self.date, self.inputs) and self.view.inputs == inputs:
            return self.view.totals
        key = (queue, date, inputs, is_compiled())
        if key not in self.compared_totals:
            day = _tidy_day(self.days[queue][date], queue, date, self.centre)
            self.compared_totals[key] = staffing_view(day, inputs, self.centre, through=is_compiled()).totals
        return self.compared_totals[key]

    def _settings_of(self, inputs):
        from .panel import _dialled, dial_fields

        if inputs is None:
            return {}
        off = {f.metadata["beside"] for f in fields(inputs) if "beside" in f.metadata and not getattr(inputs, f.name)}
        told = {f.metadata["label"].split(",")[0]: "off" if f.name in off else f"{_dialled(inputs, f):g} {f.metadata['unit']}" for f in dial_fields()}
        return told | {"Staffed": inputs.rule}

    def frames(self):
        """What is on screen as tables: the day by interval, the week, the service of a few agents more and fewer."""
        view, rested = self.view, self._rested()
        frames = {"by interval": view.day, "one more, one fewer": view.curve}
        return frames | ({"week": rested.week} if rested.week is not None else {})


def read_scenario(scenario):
    """(queue, date, StaffingInputs) of a scenario; ValueError in words for what none can be, however it came about.

    >>> from ccplan.display import StaffingInputs
    >>> from dataclasses import asdict
    >>> read_scenario({"queue": "calls", "day": "2026-03-02", "inputs": asdict(StaffingInputs(volume=0.1))})[2].volume
    0.1
    """
    from .panel import StaffingInputs, _date

    if not isinstance(scenario, dict) or not isinstance(scenario.get("inputs"), dict) or not isinstance(scenario.get("queue"), str):
        raise ValueError("a scenario of staffing must hold queue, day and inputs")
    known, given = {f.name: f for f in fields(StaffingInputs)}, scenario["inputs"]
    strange = [str(name)[:40] for name in given if name not in known]
    if strange:
        raise ValueError(f"a scenario of staffing knows no input {strange[0]!r}: known are {', '.join(known)}")
    for name, value in given.items():
        kind = (str,) if name == "rule" else (bool,) if "beside" in known[name].metadata else (int, float)
        if not isinstance(value, kind) or (kind == (int, float) and isinstance(value, bool)):
            raise ValueError(f"{name} of a scenario must be {'text' if kind == (str,) else 'true or false' if kind == (bool,) else 'a number'}, got {str(value)[:40]!r}")
    day = scenario.get("day")
    return scenario["queue"], _date(day if isinstance(day, str) else ""), StaffingInputs(**given)


def _tiles_of(totals, currency):
    from .panel import DayTotals, shown

    def told(field):
        value = float("nan") if totals is None else float(getattr(totals, field.name))
        return field.metadata["label"], value, field.metadata["form"], field.metadata["better"], shown(value, field.metadata["form"], currency)

    return {f.name: told(f) for f in fields(DayTotals)}
