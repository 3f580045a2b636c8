"""Numbers as panels say them: a tile's value, its change against what is pinned, rows for a live chart."""

from dataclasses import fields

import numpy as np
import pandas as pd

from ..rows import records


def shown(value, form, currency=""):
    """A number as its tile says it: `form` is count, number, share, seconds, money or coins.

    >>> shown(0.8125, "share"), shown(4020.4, "money", "EUR"), shown(float("inf"), "seconds")
    ('81.2%', 'EUR 4,020', 'no end')
    """
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "no end"
    prefix = f"{currency} " if currency else ""
    return {
        "count": f"{value:,.0f}",
        "number": f"{value:,.1f}",
        "share": f"{value:.1%}",
        "seconds": f"{value:,.1f} s",
        "money": f"{prefix}{value:,.0f}",
        "coins": f"{prefix}{value:,.2f}",
    }[form]


def change(now, then, form, better):
    """(words, tone) for a number against the baseline's; tone is better, worse or same.

    >>> change(34, 31, "count", -1)
    ('+3', 'worse')
    >>> change(0.81, 0.81, "share", 1)
    ('as before', 'same')
    >>> change(float("inf"), 7.25, "seconds", -1)
    ('was 7.2 s', 'worse')
    """
    scale, unit = {"share": (100, " points"), "seconds": (1, " s")}.get(form, (1, ""))
    gap = (now - then) * scale
    if np.isnan(gap):
        return ("as before" if now == then else ""), "same"
    tone = "same" if better == 0 else ("better" if gap * better > 0 else "worse")
    if np.isinf(gap):
        return f"was {shown(then, form)}", tone
    words = shown(abs(gap), {"share": "number", "seconds": "number"}.get(form, form)) + unit
    if not words.strip("0., points"):
        return "as before", "same"
    return ("+" if gap > 0 else "−") + words, tone


def said(known, value, currency=""):
    """A total as its tile says it, by the metadata that `total` gave its field; a text as it is, a day as people
    write it.
    """
    if known["form"] in ("text", "date"):
        return value if isinstance(value, str) else f"{value.day} {value:%b %Y}" if pd.notna(value) else "–"
    return shown(value, known["form"], currency).replace("-", "−")


def tiles(totals, pinned, currency=""):
    """The tiles' words by name: value, change against the pinned ones (None: none), tone of the change."""
    return {
        f.name: _tile(
            f.metadata, getattr(totals, f.name), None if pinned is None else getattr(pinned, f.name), currency
        )
        for f in fields(totals)
    }


def _tile(known, now, then, currency):
    words = said(known, now, currency)
    if known["form"] in ("text", "date"):
        before = None if then is None else said(known, then)
        return {"value": words, "delta": "" if before in (None, words) else f"was {before}", "tone": "same"}
    delta, tone = ("", "same") if then is None else change(now, then, known["form"], known["better"])
    return {"value": words, "delta": delta, "tone": tone}


def frame_of(totals, currency=""):
    """The tiles as a table: a row a number, in words as shown."""
    from ..tables import cornered

    rows = [(f.metadata["label"], said(f.metadata, getattr(totals, f.name), currency)) for f in fields(totals)]
    return cornered(pd.DataFrame(rows, columns=["number", "value"]).set_index("number"))


# ----------------------------------------------------------------------------------- for live charts


def live(rows, finding, kind="Chart"):
    """What a live chart is pushed: rows as plain JSON values, what is missing as null; its finding, its words for a
    screen reader.
    """
    return {"rows": records(rows), "finding": finding, "alt": f"{kind}. {finding}."}


# ----------------------------------------------------------------------------------- small words


def plain(value):
    """A float without the dust of binary fractions; whole numbers as whole numbers.

    >>> plain(0.1 + 0.2), plain(30.0)
    (0.3, 30)
    """
    value = round(float(value), 6)
    return int(value) if value.is_integer() else value


def sentence(problem):
    """What went wrong, as a sentence.

    >>> sentence(ValueError("queue must be one of front, back"))
    'Queue must be one of front, back.'
    """
    words = str(problem)
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def date_of(text):
    """The date that a picker says; ValueError in words if it says none."""
    try:
        if text:
            return pd.Timestamp(text).date()
    except ValueError:
        pass
    raise ValueError(f"day must be a date such as 2026-03-02, got {text!r}")
