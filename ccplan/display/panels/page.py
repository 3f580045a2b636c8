"""A panel as one page of HTML: what was on screen, without script, without a request, the same for the same screen."""

import base64
from html import escape

from ..reporting.html import still_page

PAGE = """<main class="ccplan ccplan-still">
<h1>{title}</h1>
<p class="ccplan-place">{place}</p>
<dl class="ccplan-tiles">{tiles}</dl>
<p class="ccplan-against">{against}</p>
{says}{warnings}{comparison}{figures}
<h2>What is set</h2>
{settings}
</main>"""
STILL = """body { margin: 0; }
.ccplan-still.ccplan { max-width: 900px; margin: 0 auto; padding: 24px 16px 48px; }
.ccplan-still h1 { font-size: 24px; line-height: 1.25; margin: 0 0 16px; }
.ccplan-still p { margin-top: 8px; }
.ccplan-still .ccplan-place { margin: -10px 0 16px; color: var(--ccplan-quiet); }
.ccplan-still h2 { margin: 28px 0 8px; }
.ccplan-still figure { margin-top: 28px; overflow-x: auto; }
.ccplan-still img { display: block; max-width: 100%; height: auto; }
.ccplan-still table { border-collapse: collapse; font-size: 13px; }
.ccplan-still th, .ccplan-still td { text-align: right; font-weight: 400; padding: 4px 0 4px 18px; border-bottom: 1px solid #eef1f4; vertical-align: top; }
.ccplan-still :is(th, td):first-child { text-align: left; padding-left: 0; }
.ccplan-still thead th { color: var(--ccplan-quiet); }
.ccplan-still .ccplan-wide { overflow-x: auto; }
@media print { .ccplan-still figure, .ccplan-still tr { break-inside: avoid; } }"""


def page(screen):
    """The page of a Screen, a str."""
    from ..frontend import style

    tiles = "".join(
        f'<div class="ccplan-tile"><dt>{escape(label)}</dt><dd class="ccplan-value">{escape(value)}</dd><dd class="ccplan-delta">{escape(change)}</dd></div>'
        for label, value, change in screen.tiles.itertuples(index=False)
    )
    return still_page(
        screen.title,
        f"{style()}\n{STILL}\n",
        PAGE.format(
            title=escape(screen.title),
            place=escape(screen.place),
            tiles=tiles,
            against=escape(screen.against),
            settings=_table(screen.settings),
            says="".join(f'<p class="ccplan-says">{escape(words)}</p>\n' for words in screen.says),
            warnings=_warnings(screen.warnings),
            comparison=""
            if screen.comparison is None
            else f"<h2>Scenarios side by side</h2>\n{_table(screen.comparison)}\n",
            figures="\n".join(map(_figure, screen.charts)),
        ),
    )


def _warnings(warnings):
    return (
        f'<ul class="ccplan-warnings">{"".join(f"<li>{escape(words)}</li>" for words in warnings)}</ul>\n'
        if warnings
        else ""
    )


def _figure(chart):
    from .exports import chart_svg

    keys = "".join(
        f'<li><span class="ccplan-sample ccplan-sample-{escape(one["shape"])}" style="--colour:{escape(one["colour"])}"></span>{escape(one["label"])}</li>'
        for one in chart.key
    )
    drawn = base64.b64encode(chart_svg(chart).encode()).decode()
    return (
        f'<figure><img src="data:image/svg+xml;base64,{drawn}" alt="{escape(f"Chart. {chart.finding}.", quote=True)}">'
        f'<ul class="ccplan-key">{keys}</ul></figure>'
    )


def _table(frame):
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in frame.columns)
    rows = "".join(
        "<tr>"
        + f'<th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(str(value))}</td>" for value in rest)
        + "</tr>"
        for first, *rest in frame.itertuples(index=False)
    )
    return f'<div class="ccplan-wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
