"""Contacts answered within the target, from the percentages that reports print in their place."""

import pandas as pd

from ..reading.headers import plain

SLACK = 0.05  # contacts that rounding of the report itself may explain


def numbers(cells):
    """A column of text as floats; a percent sign and a share in brackets, as in "9 (90%)", go; what is no number is
    NaN.
    """
    bare = cells.str.replace(r"\s*\(.*\)$", "", regex=True).str.replace("%", "", regex=False)
    return pd.to_numeric(bare.str.strip().str.replace(r"^(\d{1,3}),(\d{3})$", r"\1\2", regex=True), errors="coerce")


def counted_from(percent, whole):
    """Whole contacts from percentages of `whole` (two Series of text), None where they are percentages of something
    else.

    A percentage of a count is a whole number again, but for the rounding that its decimals allow.
    """
    share, base = numbers(percent) / 100, numbers(whole)
    decimals = percent.str.extract(r"\.(\d+)", expand=False).str.len().max()
    exact = share * base
    allowed = 0.5 * 10.0 ** -(0 if pd.isna(decimals) else decimals) / 100 * base + SLACK
    if ((exact - exact.round()).abs() > allowed).any() or (exact.round() > base).any():
        return None
    return exact.round()


def named_target(seconds):
    """The column name that carries the target time (`answered_20s`), a plain one where it is not one number."""
    known = numbers(seconds).dropna().unique() if seconds is not None else ()
    return f"answered_{known[0]:g}s" if len(known) == 1 and float(known[0]).is_integer() else "answered_in_target"


def column(cells, *names):
    """The first column of a file whose plain header is one of the names, None where there is none."""
    found = {plain(name): name for name in reversed(list(cells))}
    return next((cells[found[name]] for name in names if name in found), None)
