"""The table `equipment`: what stands at each station, checked once a quarter, with its faults."""

import pandas as pd

from .clock import LAST, RECORDS_FROM, generator

STATIONS = 64
KINDS = {  # kind: (chance of a fault at a check, [(fault, share of faults)], cost of mending, of replacing)
    "headset": (0.06, ("crackles", "cable is broken", "one ear is silent"), 0, 79),
    "computer": (0.02, ("does not start", "fan is loud", "runs out of memory"), 120, 940),
    "phone": (0.015, ("no line", "display is dark"), 45, 160),
    "screen": (0.012, ("flickers", "dead corner"), 0, 210),
}


def equipment_table():
    """One row a device and check."""
    rng, rows = generator(90), []
    for quarter in pd.date_range(RECORDS_FROM, LAST, freq="QS"):
        for station in range(1, STATIONS + 1):
            day = quarter + pd.offsets.BDay(station // 2 + 5)
            for kind, about in KINDS.items():
                device = f"{kind[:2].upper()}{station:03d}"
                rows.append((device, f"ST-{station:02d}", kind, day, *_check(rng, *about)))
    return pd.DataFrame(rows, columns=["device", "station", "kind", "checked_on", "state", "fault", "cost"])


def _check(rng, chance, faults, mending, replacing):
    """State, fault in words and cost of one check."""
    if rng.random() >= chance:
        return "working", None, 0.0
    fault = faults[int(rng.integers(0, len(faults)))]
    if mending and rng.random() < 0.6:
        return "in repair", fault, float(mending)
    return ("faulty", fault, 0.0) if rng.random() < 0.2 else ("replaced", fault, float(replacing))
