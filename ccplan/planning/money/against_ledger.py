"""The new budget beside what was planned and spent before: line by line, so that a jump must be explained."""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from ...data.given import given_table
from .cents import exact

COLUMNS = ("month", "ledger_month", "category", "line", "budget", "planned", "actual", "difference")


def against_ledger(budget, ledger):
    """A row a month and line: the budget's amount beside the ledger's planned and actual of the same month.

    `ledger` is the table of that name. A month that the ledger has no actual of stands beside the latest earlier one
    of the same name (March beside last March: ledger_month). Lines are joined by name, or by what `ledger` of
    the BudgetLine says, capitals aside; the category is the budget's. What stands on one side only is kept, 0 on the
    other where that side covers the month, None where it does not. Amounts are Decimals; difference = budget − actual.

    >>> from ccplan.planning.budget import Budget
    >>> new = pd.DataFrame({"month": [pd.Timestamp("2027-01-01")], "category": "facilities", "line": "Rent", "amount": [Decimal(110)]})
    >>> old = pd.DataFrame({"month": [pd.Timestamp("2026-01-01")], "category": "facilities", "line": "rent", "planned": 90.0, "actual": 100.0})
    >>> row = against_ledger(Budget(new, "EUR", None, ()), old).iloc[0]
    >>> str(row["line"]), row["budget"], row["actual"], row["difference"]
    ('Rent', Decimal('110'), Decimal('100.00'), Decimal('10.00'))
    """
    given_table(ledger, "ledger", names=["category", "line"], times=["month"], numbers=["planned", "actual"])
    beside = _months_beside(budget.ledger["month"], ledger)
    mine, names = _mine(budget)
    theirs = _theirs(ledger, beside, names)
    rows = [_row(key, mine, theirs, beside) for key in dict.fromkeys([*mine, *theirs])]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["month", "category", "line"], kind="stable", ignore_index=True)


def by_category(beside):
    """The frame of `against_ledger` added up by category over the months that have a ledger month, with the total."""
    known = beside[beside["ledger_month"].notna()]
    sums = {
        category: [
            sum((v for v in rows[name] if v is not None), Decimal(0)) for name in ("budget", "planned", "actual")
        ]
        for category, rows in known.groupby("category", sort=False)
    }
    table = pd.DataFrame.from_dict(sums, orient="index", columns=["budget", "planned", "actual"], dtype=object)
    table.loc["total"] = [sum(table[name], Decimal(0)) for name in table]
    table["difference"] = table["budget"] - table["actual"]
    table["change"] = [
        float(d / a) if a else float("nan") for d, a in zip(table["difference"], table["actual"], strict=True)
    ]
    return table.rename_axis("category").reset_index()


def _months_beside(months, ledger):
    """{month of the budget: month of the ledger, or None}."""
    known = sorted(ledger.loc[ledger["actual"].notna(), "month"].unique())
    found = {}
    for month in sorted(months.unique()):
        same = [other for other in known if other == month or (other < month and other.month == month.month)]
        found[month] = max(same, default=None)
    return found


def _mine(budget):
    """{(month, line in small letters): (category, line, amount)} of the budget, and {name in the ledger: key}."""
    names = {line.name: line.ledger_name for line in budget.lines}
    sums, shown = {}, {}
    for month, category, line, amount in budget.ledger[["month", "category", "line", "amount"]].itertuples(index=False):
        name = names.get(line, line)
        key = shown.setdefault(name.casefold(), (category, name))
        at = (month, name.casefold())
        sums[at] = (*key, sums.get(at, (0, 0, Decimal(0)))[2] + amount)
    return sums, shown


def _theirs(ledger, beside, names):
    """The same of the ledger, in the months of the budget: (category, line, planned, actual)."""
    wanted, found = {}, {}
    for month, other in beside.items():
        wanted.setdefault(other, []).append(month)
    for month, category, line, planned, actual in ledger[["month", "category", "line", "planned", "actual"]].itertuples(
        index=False
    ):
        category, line = names.get(str(line).casefold(), (str(category), str(line)))
        for mine in wanted.get(month, ()):
            before = found.get((mine, line.casefold()), (category, line, Decimal(0), Decimal(0)))
            found[mine, line.casefold()] = (category, line, before[2] + _money(planned), before[3] + _money(actual))
    return found


def _row(key, mine, theirs, beside):
    month, other = key[0], beside[key[0]]
    category, line = (mine.get(key) or theirs[key])[:2]
    amount = mine[key][2] if key in mine else Decimal("0.00")
    none = (None, None) if other is None else (Decimal("0.00"), Decimal("0.00"))
    planned, actual = theirs[key][2:] if key in theirs else none
    return (
        month,
        pd.NaT if other is None else other,
        category,
        line,
        amount,
        planned,
        actual,
        None if actual is None else amount - actual,
    )


def _money(value):
    """Cents of a cell; nothing was spent where it is empty."""
    whole = Decimal(0) if pd.isna(value) else value if isinstance(value, Decimal) else exact(value)
    return whole.quantize(Decimal("0.01"), ROUND_HALF_UP)
