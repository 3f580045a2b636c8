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

LIGHT = {  # what a colour is for: the panels' CSS variables are --ccplan-NAME
    "ink": INK,
    "quiet": QUIET,
    "context": CONTEXT,
    "rule": RULE,
    "paper": PAPER,
    "accent": ACCENT,
    "alarm": ALARM,
    "faint": "#EEF1F4",
    "edge": "#7F8891",
    "wash": "#FDF3EC",
    "better": "#006B4E",
    "worse": "#A33C00",
    "fault": "#A33C00",
    "care": "#8A5000",
    "amber": "#E69F00",
}
DARK = {  # the same by night; orange, sky and green lighter than Okabe and Ito's where text is written in them
    "ink": "#E6EAEE",
    "quiet": "#A3ADB8",
    "context": "#39424C",
    "rule": "#46515C",
    "paper": "#15191E",
    "accent": "#6DB8EC",
    "alarm": "#F28B50",
    "faint": "#262D35",
    "edge": "#7D8995",
    "wash": "#33241A",
    "better": "#4CC9A0",
    "worse": "#FF9A62",
    "fault": "#FF9A62",
    "care": "#E9B15F",
    "amber": "#E0A52E",
}
TEXT = ("ink", "quiet", "better", "worse", "fault", "care", "accent")  # tokens in which text is written, on paper
MARKS = {  # the other colours of live charts, by day and by night: as far from the paper, the same order of light and dark turned round
    "#FFFFFF": "#15191E",
    "#009E73": "#2BB58A",
    "#0B4F80": "#8CC8F0",
    "#56B4E9": "#56B4E9",
    "#6BA9D3": "#3F7FAB",
    "#7FC8B0": "#3E8C73",
    "#8C959F": "#7D8995",
    "#8C96A0": "#7D8995",
    "#8FB8D4": "#3A6F94",
    "#BCD7EA": "#24465E",
    "#CC79A7": "#D58DB5",
    "#F2C5AB": "#6B3A20",
    "#CFE3F1": "#1F3C52",
    "#9CCBE8": "#34688A",
    "#000000": "#E6EAEE",
    "#FDFDFD": "#FFFFFF",
    "#0A4E80": "#2F74A8",  # words in the cells of a map: on pale ones, on deep ones; the deepest cell
    "#E08A5A": "#9A5026",
    "#74C2A8": "#2C6E57",
    "#6FA8CF": "#2A6088",  # cells with words in ink: missing or worse, over, better
}


def night(colour):
    """What a colour of a live chart is by night, `#RRGGBB`; one that is not known stays.

    >>> night("#1f2328"), night("#FFFFFF")
    ('#E6EAEE', '#15191E')
    """
    return NIGHT.get(colour.upper(), colour)


NIGHT = {LIGHT[name]: DARK[name] for name in LIGHT} | MARKS
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
TITLE, SUBTITLE, LABEL = 16, 12, 12  # type scale in pixels

WIDTH, HEIGHT = 760, 300  # of a chart in a notebook, pixels


def config():
    """The Vega-Lite configuration of the house, a dict; registered in Altair as the theme `ccplan`."""
    axis = {
        "labelColor": QUIET,
        "titleColor": QUIET,
        "labelFontSize": LABEL,
        "titleFontSize": LABEL,
        "titleFontWeight": "normal",
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": LIGHT["faint"],
        "labelPadding": 4,
        "titlePadding": 8,
    }
    title = {
        "anchor": "start",
        "frame": "group",
        "color": INK,
        "fontSize": TITLE,
        "fontWeight": 600,
        "subtitleColor": QUIET,
        "subtitleFontSize": SUBTITLE,
        "subtitlePadding": 5,
        "offset": 14,
    }
    return {
        "background": PAPER,
        "font": FONT,
        "padding": 8,
        "axis": axis,
        "title": title,
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
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
