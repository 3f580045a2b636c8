"""One look for every chart and panel: grey for context, one accent for the point.

Colours are Okabe and Ito's, told apart by colour-blind readers; greys for text keep a contrast of
4.5 : 1 on white. The font has the metrics of Arial and travels with vl-convert, so that a chart is
laid out alike, and saved as the same bytes, on every machine.
"""

PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}
INK, QUIET, CONTEXT, RULE, PAPER = "#1F2328", "#57606A", "#DDE2E7", "#C4CBD2", "#FFFFFF"
ACCENT, ALARM = PALETTE["blue"], PALETTE["vermilion"]

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
TITLE, SUBTITLE, LABEL = 16, 12, 12  # type scale in pixels

WIDTH, HEIGHT = 760, 300  # of a chart in a notebook, pixels


def config():
    """The Vega-Lite configuration of the house, a dict; registered in Altair as the theme `ccplan`."""
    axis = {
        "labelColor": QUIET, "titleColor": QUIET, "labelFontSize": LABEL, "titleFontSize": LABEL,
        "titleFontWeight": "normal", "domainColor": RULE, "tickColor": RULE, "gridColor": "#EEF1F4",
        "labelPadding": 4, "titlePadding": 8,
    }
    title = {
        "anchor": "start", "frame": "group", "color": INK, "fontSize": TITLE, "fontWeight": 600,
        "subtitleColor": QUIET, "subtitleFontSize": SUBTITLE, "subtitlePadding": 5, "offset": 14,
    }
    return {
        "background": PAPER, "font": FONT, "padding": 8, "axis": axis, "title": title,
        "axisX": {"grid": False}, "axisY": {"domain": False, "ticks": False},
        "view": {"stroke": None, "continuousWidth": WIDTH, "continuousHeight": HEIGHT},
        "text": {"font": FONT, "fontSize": LABEL, "color": INK},
        "legend": {"disable": True},
    }


def themed(chart):
    """The chart as a Vega-Lite dict in the house's look; the user's own Altair theme stays as it is."""
    import altair as alt

    if "ccplan" not in alt.theme.names():
        alt.theme.register("ccplan", enable=False)(lambda: alt.theme.ThemeConfig(config=config()))
    with alt.theme.enable("ccplan"):
        return chart.to_dict()
