"""Day and night: words keep a contrast of 4.5 : 1, drawings 3 : 1, and no colour of a live chart is left by day."""

import json
import re

import pytest

from ccplan.display import frontend, theme
from ccplan.display.staffing import week_charts
from ccplan.display.words import source

THEMES = {"day": theme.LIGHT, "night": theme.DARK}
DRAWN = ("#0072B2", "#D55E00", "#009E73", "#0B4F80", "#1F2328", "#57606A")  # lines and bars that carry data


def luminance(colour):
    """Relative luminance by the formula of WCAG 2.2, of #RRGGBB."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_guideline():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005), "the best-known grey that just fails"


@pytest.mark.parametrize("when", THEMES)
@pytest.mark.parametrize("name", theme.TEXT)
def test_words_can_be_read_on_paper_and_in_warnings(when, name):
    colours = THEMES[when]
    assert contrast(colours[name], colours["paper"]) >= 4.5
    if name in ("ink", "quiet", "fault"):
        assert contrast(colours[name], colours["wash"]) >= 4.5


@pytest.mark.parametrize("when", THEMES)
def test_buttons_controls_and_focus_can_be_seen(when):
    colours = THEMES[when]
    assert contrast(colours["paper"], colours["accent"]) >= 4.5, "the words on the main button"
    assert contrast(colours["ink"], colours["faint"]) >= 4.5, "the words on the other buttons"
    assert all(contrast(colours[name], colours["paper"]) >= 3 for name in ("edge", "accent", "alarm"))


@pytest.mark.parametrize("day", DRAWN)
def test_what_carries_data_stands_out_by_day_and_by_night(day):
    assert contrast(day, theme.LIGHT["paper"]) >= 3 and contrast(theme.night(day), theme.DARK["paper"]) >= 3


@pytest.mark.parametrize(
    "pair",
    [
        ("#0072B2", "#D55E00"),
        ("#0072B2", "#009E73"),
        ("#D55E00", "#009E73"),
        ("#0072B2", "#E69F00"),
        ("#0072B2", "#DDE2E7"),
    ],
)
def test_colours_that_differ_by_day_differ_by_night(pair):
    one, other = map(theme.night, pair)
    assert sum(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5)) > 120


def over(colour, paper, depth):
    """A colour laid over paper at a depth of 0 to 1, as #RRGGBB."""
    parts = [(int(colour[i : i + 2], 16), int(paper[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(depth * one + (1 - depth) * other):02X}" for one, other in parts)


@pytest.mark.parametrize("when", THEMES)
def test_words_in_the_cells_of_the_maps_can_be_read_at_every_depth(when):
    def then(colour):
        return theme.night(colour) if when == "night" else colour

    for share in range(101):
        depth = week_charts.PALEST + (1 - week_charts.PALEST) * share / 100
        words = "#FDFDFD" if share / 100 > week_charts.LIGHT_FROM else "#000000"
        assert contrast(over(then(week_charts.DEEP), THEMES[when]["paper"], depth), then(words)) >= 4.5, share
        for cell in ("#E08A5A", "#74C2A8", "#6FA8CF"):
            assert contrast(over(then(cell), THEMES[when]["paper"], share / 100), THEMES[when]["ink"]) >= 4.5, (
                cell,
                share,
            )


def test_day_and_night_name_the_same_tokens():
    assert set(theme.LIGHT) == set(theme.DARK) and all(
        re.fullmatch("#[0-9A-F]{6}", colour) for told in THEMES.values() for colour in told.values()
    )
    assert len(theme.NIGHT) == len({*theme.LIGHT.values(), *theme.MARKS}), "no colour of the day has two by night"


def test_every_colour_of_the_live_charts_has_one_by_night():
    charts = [chart for layout in source.layouts() for chart in layout["charts"]]
    used = set(
        re.findall(
            "#[0-9A-Fa-f]{6}",
            json.dumps([(chart["spec"], [entry["colour"] for entry in chart["key"]]) for chart in charts]),
        )
    )
    assert len(used) > 10 and {colour.upper() for colour in used} <= set(theme.NIGHT), (
        "give the new colour its night in theme.MARKS"
    )


def test_the_panels_style_writes_no_colour_of_its_own():
    for name in ("panel.css", "themes.css", "widgets.css"):
        css = re.sub(r"/\*.*?\*/", "", (frontend.STATIC / name).read_text(encoding="utf-8"), flags=re.S)
        assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[^{}]*[;}])", css), name
    tokens = set(re.findall(r"var\(--ccplan-(\w+)\)", frontend.style()))
    assert tokens <= {*theme.LIGHT, "font"}, "every variable is a token of the theme"
