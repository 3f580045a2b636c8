"""The quarter's ledger against its plan, line by line: what is over it by more than matters and more than the
line's own noise.
"""

from decimal import Decimal

import numpy as np
import pandas as pd

MATERIAL = 0.01  # of the quarter's whole plan: less is not worth a finding
SURE = 3.0  # of the line's own usual deviations
ONE_LINE = 0.15  # of its category's overrun: lines named in the sentence
FEWEST_MONTHS = 3
COLUMNS = ("category", "line", "planned", "actual", "difference", "noise", "unplanned")


def ledger_lines(ledger, quarter, currency=None):
    """A row a line of the quarter's ledger: planned, actual and difference as Decimals, noise, unplanned; the
    largest overrun first.

    Months without an actual amount are left out on both sides. `noise` is what the line's quarters stray from the
    plan by chance: 1.4826 × median absolute deviation of its monthly differences before the quarter × √3; nan with
    fewer than three months. Raises ValueError where a column is missing, the quarter has no actual amount, or
    currencies are mixed.
    """
    refuse_lacking(ledger)
    refuse_currencies(ledger, currency)
    mine, before = _known(ledger, quarter)
    if mine.empty:
        raise ValueError(f"the ledger has no actual amounts in {quarter}")
    return _summed(mine, before, ["category", "line"])[list(COLUMNS)]


def ledger_categories(ledger, quarter, currency=None):
    """The same by category, its lines added up; and `over`: whether it is over plan by what matters and by more
    than its noise.
    """
    lines = ledger_lines(ledger, quarter, currency)
    mine, before = _known(ledger, quarter)
    table = _summed(mine, before, ["category"])
    least = MATERIAL * float(lines["planned"].sum())
    difference, noise = table["difference"].astype(float), table["noise"].astype(float).fillna(0.0)
    return table.drop(columns="unplanned").assign(
        over=(difference > 0) & (difference >= least) & (difference > SURE * noise)
    )


def months_missing(ledger, quarter):
    """First days of the quarter's months of which the ledger tells no actual amount; ValueError where a column is
    missing.
    """
    refuse_lacking(ledger)
    known = set(months_of(ledger[ledger["actual"].notna()]))
    return [month for month in quarter.months if month not in known]


def months_of(ledger):
    """The first day of each row's month, whichever of its days the ledger names."""
    return ledger["month"].dt.to_period("M").dt.to_timestamp()


def refuse_lacking(ledger):
    """A ValueError where the ledger lacks a column without which nothing is held against its plan."""
    if lacking := [name for name in ("month", "category", "line", "planned", "actual") if name not in ledger]:
        raise ValueError(f"the ledger does not tell {', '.join(lacking)}")


def refuse_currencies(ledger, currency):
    """A ValueError where the ledger says that its amounts are of several currencies, or of another than the
    centre's.
    """
    if "currency" not in ledger:
        return
    found = sorted(set(ledger["currency"].dropna().astype(str)))
    if len(found) > 1 or (currency and found and found != [currency]):
        raise ValueError(
            f"currencies never mix: the ledger has amounts in {' and '.join(found)}"
            + (f", the centre counts in {currency}" if currency else "")
            + " — convert them first"
        )


def _known(ledger, quarter):
    """The rows with an actual amount: of the quarter, and of all that was before it."""
    known = ledger[ledger["actual"].notna()]
    return known[quarter.holds(known["month"])], known[known["month"] < quarter.first]


def _summed(mine, before, by):
    """Sums of exact cents by columns, with the noise of the months before."""
    rows = []
    strays = {key: _noise(months) for key, months in before.groupby(by, sort=False)}
    for key, group in mine.groupby(by, sort=True):
        planned, actual = (sum(map(_cents, group[name].fillna(0.0)), Decimal(0)) for name in ("planned", "actual"))
        rows.append((*key, planned, actual, actual - planned, strays.get(key, np.nan), not planned))
    table = pd.DataFrame(rows, columns=[*by, "planned", "actual", "difference", "noise", "unplanned"])
    return table.loc[table["difference"].astype(float).sort_values(ascending=False, kind="stable").index].reset_index(
        drop=True
    )


def _noise(months):
    """Usual stray of three months' sum from the plan, currency."""
    sums = (months["actual"] - months["planned"].fillna(0.0)).groupby(months_of(months)).sum()
    if len(sums) < FEWEST_MONTHS:
        return np.nan
    return float(1.4826 * (sums - sums.median()).abs().median() * np.sqrt(3))


def _cents(value):
    return Decimal(str(round(float(value), 2))).quantize(Decimal("0.01"))
