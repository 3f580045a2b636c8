"""Every contact: when it comes and why, how long it will take, how long the customer will wait.

All times are whole seconds before they meet, so that the last bit of a logarithm on another machine
cannot change a row.
"""

import numpy as np
import pandas as pd

from .clock import INTERVAL_S, generator
from .stories import AFTER_LAUNCH, LAUNCH, NEW_REASON, NEW_REASON_TIMES
from .volumes import SHAPES

HANDLE_CV = 0.8  # of a lognormal handle time
REASONS = {  # reason: (share, handle time against the queue's)
    "service": {
        "bill": (0.34, 0.99),
        "contract": (0.22, 1.14),
        "moving": (0.17, 1.05),
        "payment": (0.15, 0.80),
        "meter": (0.12, 0.95),
        NEW_REASON: (0.0, NEW_REASON_TIMES),
    },
    "outage": {"power cut": (0.62, 0.85), "when will it be back": (0.20, 0.95), "compensation": (0.18, 1.57)},
}


def make_contacts(grid, name):
    """The contacts of a queue in order of arrival: interval, arrived, handle, patience (s), reason."""
    shape, rng = SHAPES[name], generator(40, list(SHAPES).index(name))
    interval = np.repeat(np.arange(len(grid)), grid["offered"])
    second = rng.integers(0, INTERVAL_S, len(interval))
    contacts = pd.DataFrame({"interval": interval, "arrived": grid["second"].to_numpy()[interval] + second})
    contacts = contacts.sort_values("arrived", kind="stable", ignore_index=True)
    contacts["reason"], times = _reasons(rng, name, grid["date"].to_numpy()[contacts["interval"]])
    spread = np.log(1 + HANDLE_CV**2)
    mean = shape.aht_s * times * grid["hour"].map(_evening).to_numpy()[contacts["interval"]]
    contacts["handle"] = np.rint(np.maximum(rng.lognormal(-spread / 2, np.sqrt(spread), len(contacts)) * mean, 8))
    draws = rng.exponential(1.0, len(contacts))
    contacts["patience"] = np.maximum(np.rint(draws * shape.patience_s), 1) if np.isfinite(shape.patience_s) else np.inf
    return contacts


def _evening(hour):
    """Longer in the evening, when the hard cases call; shortest late in the morning."""
    return 0.96 + 0.004 * max(hour - 10, 0) ** 1.5 if hour >= 8 else 1.05


def _reasons(rng, name, dates):
    """Reason of each contact, and its handle time against the queue's usual one."""
    book = REASONS["outage" if name == "outage" else "service"]
    shares = np.array([share for share, _ in book.values()])
    number = np.searchsorted(np.cumsum(shares)[:-1], rng.random(len(dates)), side="right")
    number = np.minimum(number, np.flatnonzero(shares)[-1])
    times = np.array([times for _, times in book.values()])[number]
    luck = rng.random(len(dates))
    if name == "outage":
        return np.array(list(book))[number], times
    launch = (dates >= np.datetime64(LAUNCH.first)) & (dates <= np.datetime64(LAUNCH.last))
    after = dates > np.datetime64(LAUNCH.last)
    new = (launch & (luck < LAUNCH.size)) | (after & (luck < AFTER_LAUNCH[0]))
    number = np.where(new, len(book) - 1, number)
    return np.array(list(book))[number], np.where(new, np.where(launch, NEW_REASON_TIMES, AFTER_LAUNCH[1]), times)
