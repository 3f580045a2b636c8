"""What is on screen as files: CSV, XLSX, PNG, SVG, and the whole panel as one page of HTML.

They are made from the panel's layout and its last answer, the same plain values that the browser paints.
"""

import base64
import re
from dataclasses import dataclass
from textwrap import wrap

import pandas as pd

from ...data.files import harmless
from .. import theme

WIDTH = 760  # pixels of a chart in a file
GAP = 18
KINDS = {
    "csv": "text/csv;charset=utf-8",
    "svg": "image/svg+xml",
    "html": "text/html;charset=utf-8",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Screen:
    """What a panel shows: title and place, `settings` and `tiles` as frames of text, sentences, charts, frames by
    name.
    """

    title: str
    place: str
    settings: pd.DataFrame
    tiles: pd.DataFrame
    against: str
    says: tuple
    warnings: tuple
    charts: tuple
    frames: dict
    comparison: pd.DataFrame | None = None


@dataclass(frozen=True)
class Chart:
    """One chart of a screen: its live specification, the rows it was pushed, its words."""

    name: str
    spec: dict
    rows: list
    finding: str
    note: str
    key: list


def screen_of(layout, answer, frames=None):
    """The Screen of a panel's layout and of what it answered last; `frames` {name: DataFrame} are tables of its own."""
    charts = tuple(
        Chart(
            one["name"],
            one["spec"],
            answer["charts"][one["name"]]["rows"],
            answer["charts"][one["name"]]["finding"],
            one["note"],
            one["key"],
        )
        for one in layout["charts"]
        if answer["charts"] and one["name"] in answer["charts"] and not answer["charts"][one["name"]].get("hidden")
    )
    frames = frames or {chart.name: pd.DataFrame(chart.rows) for chart in charts}
    compared = (answer.get("tools") or {}).get("comparison")
    pickers = answer["now"]["pickers"]
    place = " · ".join(f"{one['label']}: {pickers[one['name']]}" for one in layout["pickers"] if not one.get("text"))
    return Screen(
        layout["title"],
        place,
        _settings(layout, answer["now"]),
        _tiles(layout, answer["tiles"]),
        answer["against"],
        tuple(answer.get("says", ())),
        tuple(answer["warnings"]),
        charts,
        frames,
        _compared(compared) if compared else None,
    )


def _settings(layout, now):
    rows = [(one["label"], str(now["pickers"][one["name"]]), "") for one in layout["pickers"]]
    for dial in (dial for group in layout["groups"] for dial in group["dials"]):
        off = now["switches"].get(dial["name"]) is False
        rows.append(
            (dial["label"], "off" if off else f"{now['dials'][dial['name']]:.12g}", "" if off else dial["unit"])
        )
    rows += [
        (row["label"], str(now["cells"][row["name"]]), row["unit"]) for row in layout.get("table", {}).get("rows", ())
    ]
    return pd.DataFrame(rows, columns=["setting", "value", "unit"])


def _tiles(layout, tiles):
    rows = [(one["label"], tiles[one["name"]]["value"], tiles[one["name"]]["delta"]) for one in layout["tiles"]]
    return pd.DataFrame(rows, columns=["number", "value", "change"])


def _compared(told):
    """The table of the scenarios side by side, as text."""
    cells = [
        [
            row["label"],
            *(f"{cell['value']} ({cell['delta']})" if cell["delta"] else cell["value"] for cell in row["cells"]),
        ]
        for row in told["rows"]
    ]
    return pd.DataFrame(cells, columns=["number", *told["columns"]])


def export(kind, screen, name):
    """The file of a screen as the browser saves it: `kind` is csv, xlsx, png, svg or html, `name` its stem."""
    from .page import page

    made = {"csv": _csv, "xlsx": _xlsx, "svg": picture, "png": _png, "html": page}[kind](screen)
    content = {"base64": base64.b64encode(made).decode()} if isinstance(made, bytes) else {"text": made}
    return {"name": f"{name}.{kind}", "type": KINDS[kind], **content}


def _csv(screen):
    first = next(iter(screen.frames.values()), screen.tiles)
    return harmless(_wall(first)).to_csv(index=False, lineterminator="\n", float_format="%.10g")


def _wall(frame):
    """Times as the clock on the wall shows them, days as days."""
    return frame.assign(
        **{
            name: column.dt.strftime(
                "%Y-%m-%d" if (column.dt.normalize() == column)[column.notna()].all() else "%Y-%m-%d %H:%M"
            )
            for name, column in frame.items()
            if pd.api.types.is_datetime64_any_dtype(column)
        }
    )


def _xlsx(screen):
    from ..reporting.book import sheets_bytes

    sheets = {"Numbers": screen.tiles, "Settings": screen.settings}
    sheets |= {"Scenarios": screen.comparison} if screen.comparison is not None else {}
    return sheets_bytes(sheets | screen.frames, title=screen.title, made=pd.Timestamp.now().normalize())


# ---------------------------------------------------------------------------------------- pictures


def chart_svg(chart):
    """A chart as SVG, with its finding as the title, its note below it and its key as coloured words."""
    import vl_convert

    return vl_convert.vegalite_to_svg(static_spec(chart))


def static_spec(chart):
    """The live specification with its rows in it: nothing is left to be pushed."""
    title = {"text": wrap(chart.finding, 84), "subtitle": [*wrap(chart.note, 120), ""], "subtitleLineHeight": 16}
    return chart.spec | {
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "datasets": {chart.name: chart.rows},
        "title": title,
    }


def picture(screen):
    """All charts of the screen below each other, as one SVG."""
    drawn = [_inner(chart_svg(chart), number) for number, chart in enumerate(screen.charts)]
    if not drawn:
        raise ValueError("There is no chart on screen to save.")
    parts, top = [], 0.0
    for (width, height, body), chart in zip(drawn, screen.charts, strict=True):
        keys, low = _key(chart.key)
        parts.append(
            f'<g transform="translate(0,{top:g})">{body}</g><g transform="translate(8,{top + height:g})">{keys}</g>'
        )
        top += height + low + GAP
    wide = max(width for width, _, _ in drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{wide:g}" height="{top:g}" '
        f'viewBox="0 0 {wide:g} {top:g}"><rect width="100%" height="100%" fill="{theme.PAPER}"/>{"".join(parts)}</svg>'
    )


def _inner(svg, number):
    """(width, height, what is inside) of a drawing; its ids are made its own."""
    width, height = (float(re.search(rf'<svg[^>]*? {side}="([\d.]+)"', svg)[1]) for side in ("width", "height"))
    svg = re.sub(r'\bid="([^"]+)"', rf'id="c{number}-\1"', svg)
    return width, height, re.sub(r"url\(#", f"url(#c{number}-", svg)


def _key(key):
    """(SVG, height) of a key: samples of colour with their words."""
    from xml.sax.saxutils import escape, quoteattr

    found, x, y = [], 0.0, 10.0
    for entry in key:
        room = 34 + 6.4 * len(entry["label"]) + 14
        if x + room > WIDTH and x:
            x, y = 0.0, y + 18
        found.append(
            f'<g transform="translate({x:g},{y:g})">{_sample(entry["shape"], quoteattr(entry["colour"]))}'
            f'<text x="30" y="4" font-family={quoteattr(theme.FONT)} font-size="12" fill="{theme.INK}">{escape(entry["label"])}</text></g>'
        )
        x += room
    return "".join(found), (y + 10 if key else 0)


def _sample(shape, colour):
    if shape == "area":
        return f'<rect width="22" height="12" y="-6" fill={colour}/>'
    if shape == "dot":
        return f'<circle cx="11" cy="0" r="5" fill={colour}/>'
    dash, width = (' stroke-dasharray="4 3"', 2) if shape == "dashed" else ("", 2 if shape == "thin" else 3)
    return f'<line x2="22" stroke={colour} stroke-width="{width}"{dash}/>'


def _png(screen):
    import vl_convert

    return vl_convert.svg_to_png(picture(screen), scale=2)
