"""What a reader of a headcount plan should know before believing it, in sentences."""

import numpy as np
import pandas as pd

from .training_room import room_faults

MANY = 1.0  # leavers ÷ average headcount of a year above which the figure is pointed at


def headcount_notes(headcount, centre, hires=None):
    """Sentences about a plan: months that miss people, training rooms too small, attrition beyond belief; () if none.

    `headcount` is a frame of `plan_headcount`, `hires` the classes it was made with, if they are known.
    """
    notes = [*_attrition(centre.hiring), *_missing(headcount)]
    return tuple(
        notes + (room_faults(pd.DataFrame(hires), headcount, centre) if hires is not None and len(hires) else [])
    )


def _attrition(hiring):
    steps = [("attrition_per_year", hiring.attrition_per_year)]
    steps += [(f"attrition_by_tenure up to month {until:g}", share) for until, share in hiring.attrition_by_tenure]
    return [
        f"{name} is {share:.0%}: on average everybody leaves within {12 / share:.0f} months — if that was meant as {share:g} %, "
        f"write {share / 100:g}"
        for name, share in steps
        if share > MANY
    ]


def _missing(headcount):
    for name, rows in headcount.groupby("queue", sort=False):
        short = rows[rows["gap_fte"] < -1e-3]
        if len(short):
            worst = short.loc[short["gap_fte"].idxmin()]
            service = (
                f", service level {worst['service_level']:.0%}"
                if "service_level" in worst and np.isfinite(worst["service_level"])
                else ""
            )
            yield (
                f"{name} misses people in {len(short)} of {len(rows)} months, most in {worst['month']:%Y-%m}: "
                f"{-worst['gap_fte']:.1f} of {worst['required_fte']:.1f} FTE{service}"
            )
