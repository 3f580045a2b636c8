"""Of an hour that is paid, how much is spent on the phones: of an own agent's, of one in overtime, of an
outsourcer's.
"""

from ...data.centre import Shrinkage
from .requirement import month_hours, shrinkage_by_cause


def phone_hours(months, centre):
    """Hours on the phones of one FTE in each of the Series `months`: contract hours less the month's shrinkage, an
    array.

    >>> import pandas as pd
    >>> from ccplan.data import Centre
    >>> phone_hours(pd.Series(pd.to_datetime(["2027-02-01"])), Centre(name="x")).tolist()   # 150 h, 30 % shrinkage
    [105.0]
    """
    return month_hours(months, centre).to_numpy() * (1 - shrinkage_by_cause(months, centre).sum(axis=1))


def overtime_output(shrinkage):
    """Share of an overtime hour that is spent on the phones: breaks and the like are lost in it, leave and sickness
    are not.

    >>> overtime_output(Shrinkage(external={"leave": 0.2}, internal={"breaks": 0.2}))   # 0.6 ÷ 0.8
    0.75
    """
    outside = Shrinkage(external=shrinkage.external, internal={}, combine=shrinkage.combine).total
    return round((1 - shrinkage.total) / (1 - outside), 12)


def overtime_hours(months, centre):
    """Overtime hours that do the work of one FTE in each of the Series `months`, an array: fewer than the FTE's own."""
    return phone_hours(months, centre) / overtime_output(centre.shrinkage)
