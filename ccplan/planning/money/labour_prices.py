"""What a month of each kind of labour costs: an employee's FTE, an FTE of overtime, an FTE bought from an outsourcer.

All are prices of an FTE of the requirement (paid FTE of usual staff), so that they compare: an outsourcer is paid for
hours on the phones only, and makes less of them; in overtime nobody is on leave or ill.
"""

import numpy as np
import pandas as pd

from ..people.phone_hours import overtime_hours, phone_hours
from ..people.requirement import month_hours


def labour_prices(months, centre):
    """Currency per FTE and month of the Series `months`: hours, wage (loaded), overtime, outsourced; a row a month.

    >>> from ccplan.data import Centre
    >>> labour_prices(pd.Series(pd.to_datetime(["2027-02-01"])), Centre(name="x")).round(2).iloc[0].tolist()   # 150 h × 19.50, 127.5 h × 29.25, …
    [150.0, 2925.0, 3729.37, 3500.0]
    """
    hours = month_hours(months, centre)
    return pd.DataFrame({
        "hours": hours, "wage": hours * centre.costs.loaded_hourly_cost, "overtime": overtime_hours(months, centre) * centre.costs.overtime_hourly_cost,
        "outsourced": phone_hours(months, centre) / centre.flex.outsourced_output * centre.flex.outsourced_hourly,
    })  # fmt: skip


def outsourced_limit(months, centre, at):
    """Most FTE that the outsourcer takes on in each month, in all queues together: none before its notice has run out.

    `at` is the day of the order; an array.
    """
    ready = pd.Timestamp(at) + pd.Timedelta(weeks=centre.flex.outsourced_notice_weeks)
    return np.where(pd.DatetimeIndex(months) >= ready, float(centre.flex.outsourced_fte), 0.0)


def headcount_costs(headcount, centre):
    """What the months of a headcount plan cost, a row a queue and month: wages (loaded), overtime, outsourcing, seats,
    recruiting, classes, and cost, their sum; in currency, unrounded. A budget (`plan_budget`) rounds and adds the rest.

    A seat is counted for everybody who is here in the month.
    """
    prices = {name: column.to_numpy() for name, column in labour_prices(headcount["month"], centre).items()}
    told = {
        name: headcount[name].to_numpy(float)
        for name in ("paid_fte", "overtime_fte", "outsourced_fte", "heads_start", "starters", "moved", "classes")
    }
    parts = {
        "wages": told["paid_fte"] * prices["wage"], "overtime": told["overtime_fte"] * prices["overtime"], "outsourcing": told["outsourced_fte"] * prices["outsourced"],
        "seats": (told["heads_start"] + told["starters"] + told["moved"].clip(min=0)) * centre.costs.seat_per_month,
        "recruiting": told["starters"] * centre.costs.per_hire, "classes": told["classes"] * centre.hiring.class_cost,
    }  # fmt: skip
    return pd.DataFrame(
        {"queue": headcount["queue"], "month": headcount["month"]} | parts | {"cost": sum(parts.values())}
    )
