"""The table in columns that are defined once, printed for a terminal and for Markdown."""

from math import isnan

COLUMNS = {  # heading: what stands in it
    "what": lambda row: row.what,
    "ccplan": lambda row: quantity(row.ours, row.unit),
    "peer": lambda row: " ".join(filter(None, (row.peer, quantity(row.theirs, row.unit)))),
    "ratio": lambda row: times(row.ratio),
    "error, ccplan": lambda row: row.error,
    "error, peer": lambda row: row.peer_error,
    "note": lambda row: row.note,
    "promise": lambda row: promised(row),
}
QUOTED = ("what", "ccplan", "peer", "ratio", "error, ccplan", "error, peer")  # the columns that the README has room for


def quantity(value, unit):
    """A number with its unit: three digits that count, seconds below a tenth as milliseconds."""
    if value is None or isnan(value):
        return ""
    if unit == "s" and value < 0.1:
        return f"{digits(1000 * value)} ms"
    return f"{digits(value)} {unit}"


def times(ratio):
    """A ratio as the table shows it."""
    return "" if ratio is None else f"{digits(ratio)}x"


def digits(value):
    """Three digits that count; whole numbers from a hundred up, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")


def promised(row):
    """The promise and whether it was kept."""
    if row.kept is None:
        return row.promise
    return f"kept: {row.promise}" if row.kept else f"NOT kept: {row.promise}"


def cells(row, columns=COLUMNS):
    """What stands in the columns of a row."""
    return [COLUMNS[name](row) for name in columns]


def printed(rows):
    """Rows below their headings, in columns as wide as they need; what has no cell in any row has no column."""
    table = [list(COLUMNS), *(cells(row) for row in rows)]
    widths = [max(map(len, column)) if any(column[1:]) else 0 for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True) if width).rstrip()
        for line in table
    )


def markdown(rows, columns=COLUMNS):
    """Rows as a table in Markdown."""
    body = ([cell.replace("|", "\\|") for cell in cells(row, columns)] for row in rows)
    lines = [list(columns), ["---"] * len(columns), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
