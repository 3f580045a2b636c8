"""The training room: which classes are in it, and whether trainers, training seats and the centre's seats are
enough.
"""

from math import ceil

import numpy as np
import pandas as pd

from .cohorts import WEEKS_A_MONTH, staying_shares


def in_training(start, months, hiring):
    """Whether a class is in training in a month, classes × months; `start` is the number of the month it starts in.

    A class that trains in any part of a month takes its trainer and its seats in that month.

    >>> from ccplan.data import Hiring
    >>> in_training(np.array([1]), 4, Hiring(training_weeks=6)).astype(int).tolist()
    [[0, 1, 1, 0]]
    """
    since = np.arange(months)[None] - np.asarray(start)[:, None]
    return (since >= 0) & (since < ceil(hiring.training_weeks / WEEKS_A_MONTH - 1e-9))


def training_load(hires, months, centre):
    """Month by month what the classes take: month, classes and trainees in training, with what there is.

    `hires` has month and heads (a row a class, or as many as its heads fill), `months` a DatetimeIndex. Returns month,
    classes, trainers, trainees (those still here of the classes' heads), training_seats.
    """
    hires = hires[pd.DatetimeIndex(hires["month"]).isin(months)]
    start = months.get_indexer(pd.DatetimeIndex(hires["month"]))
    busy = in_training(start, len(months), centre.hiring)
    since = np.clip(np.arange(len(months))[None] - start[:, None], 0, None)
    here = hires["heads"].to_numpy(float)[:, None] * staying_shares(centre.hiring, len(months))[since]
    classes = np.ceil(hires["heads"].to_numpy(float) / centre.hiring.class_size)[:, None]
    return pd.DataFrame(
        {
            "month": months,
            "classes": (busy * classes).sum(axis=0),
            "trainers": centre.hiring.trainers,
            "trainees": (busy * here).sum(axis=0),
            "training_seats": centre.hiring.training_seats,
        }
    )


def room_faults(hires, headcount, centre):
    """What the classes ask of trainers, training room and seats that is not there, in sentences; none if all fits."""
    months = pd.DatetimeIndex(headcount["month"].unique())
    load = training_load(hires, months, centre)
    seated = (
        (headcount["heads_start"] + headcount["starters"] + headcount["moved"].clip(lower=0))
        .groupby(headcount["month"])
        .sum()
    )
    asked = (
        (load["classes"], load["trainers"], "classes are in training at once, there are trainers for"),
        (load["trainees"], load["training_seats"], "people are in training at once, the training room holds"),
        (
            seated.reindex(months).reset_index(drop=True),
            pd.Series(centre.hiring.seats, load.index),
            "people are here, the centre has room for",
        ),
    )
    return [
        f"{months[over.idxmax()]:%Y-%m}: {wanted[over.idxmax()]:.0f} {words} {most[over.idxmax()]:.0f}"
        for wanted, most, words in asked
        if (over := wanted > most + 1e-6).any()
    ]
