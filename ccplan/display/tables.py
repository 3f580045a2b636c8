"""Tables and sentences as people read them: units from the column's name, plain frames, no random ids."""

from dataclasses import dataclass

import pandas as pd

SHARES = (
    "service_level",
    "abandonment",
    "occupancy",
    "blocking",
    "worst_interval",
    "under_target",
    "promise_kept",
    "callbacks",
)
MONEY = ("cost", "cost_difference", "cost_per_point")
POINTS = ("service gain, points",)


@dataclass(frozen=True)
class Words:
    """A paragraph that a notebook shows as text; what comes from data is shown as it is written."""

    markdown: str

    def _repr_markdown_(self):
        return self.markdown

    def __repr__(self):
        return self.markdown


def plain(text):
    """Text from data for a paragraph: characters that would be markup are escaped.

    >>> plain("<b>a_b")
    '&lt;b&gt;a\\\\_b'
    """
    text = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + letter if letter in "\\`*_[]$|#" else letter for letter in text)


def round_contacts(value):
    """A number of contacts to three digits, with thousands.

    >>> round_contacts(18234.2), round_contacts(86.24)
    ('18,200', '86')
    """
    digits = 3 - len(str(int(abs(value))))
    return f"{round(float(value), min(digits, 0)):,.0f}"


def table(frame):
    """The frame as it is read: percent, seconds, clock times; a missing number is left blank.

    What a column holds is told by its name (aht_s seconds, service_level a share, cost money); the
    column `start` becomes the index. Returns a frame of text.

    >>> table(pd.DataFrame({"agents": [3.0], "service_level": [0.8125], "asa_s": [7.25]})).iloc[0].tolist()
    ['3', '81.2%', '7.2']
    """
    words = pd.DataFrame({name: _words(name, column) for name, column in frame.items()}, index=frame.index)
    if "start" in words:
        words = words.set_index("start")
    elif isinstance(words.index, pd.RangeIndex):
        words.index = [""] * len(words)
    return cornered(words)


def cornered(frame):
    """The frame with its index's name in the corner of the heading, where it takes no row of its own."""
    return frame.rename_axis(columns=frame.index.name, index=None)


def _words(name, column):
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%H:%M")
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "●", False: ""})
    if not pd.api.types.is_numeric_dtype(column):
        return column.astype(str)
    return column.map(lambda value: "" if pd.isna(value) else format(value, _form(name, column)))


def _form(name, column):
    if name in SHARES or name.startswith("share"):
        return ".1%"
    if name in MONEY:
        return ",.2f"
    if name in POINTS:
        return ".2f"
    return ",.0f" if (column.dropna() % 1 == 0).all() else ",.1f"
