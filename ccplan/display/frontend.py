"""The panel's front end: one widget that draws a layout and pushes data into live Vega views.

Everything the browser needs travels from the kernel with the widget: no request leaves the machine.
"""

import contextlib
import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

from ..data.files import write_whole
from . import theme
from .language import chosen
from .panels.turns import AGAIN_MS, STILL, turn

STATIC = Path(__file__).parent / "static"
VOILA = Path(__file__).parent / "share"  # for JUPYTER_PATH: Voila then finds the template `ccplan`
SNIPPET = "globalThis.ccplanVegaEmbed = vegaEmbed;"  # names of a module are shortened, this one is not


@functools.cache
def vega_bundle():
    """Vega, Vega-Lite and Vega-Embed as one JavaScript module, a str of about 0.9 MB.

    vl-convert holds the libraries and binds them in a second or two. The result is kept in the
    user's cache rather than in the package: an installed package may be read-only, a wheel should
    not carry what a dependency carries already, and a repository should not either. The file's
    name holds vl-convert's version, so an upgrade never meets an old bundle. It is written whole, so
    that kernels starting together never read half a file; where no cache can be written the bundle
    lives in memory.
    """
    import vl_convert

    file = _cache_folder() / f"vega-{version('vl-convert-python')}-{_digest(SNIPPET)}.js"
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        bundle = vl_convert.javascript_bundle(SNIPPET)
        with contextlib.suppress(OSError):  # no place to keep it: it is made again next time
            write_whole(file, bundle)
        return bundle


def _cache_folder():
    from platformdirs import user_cache_path

    return user_cache_path("ccplan", appauthor=False)


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def script():
    """The widget's JavaScript module, a small one: anywidget gives up on a module that is not there within two
    seconds, and a page's panels all load theirs at once. The Vega bundle comes beside it and is loaded by the first
    panel of a page that draws."""
    return "\n".join(
        (STATIC / name).read_text(encoding="utf-8") for name in ("panel_tools.js", "panel.js", "vega_first.js")
    )


def style():
    """The panel's CSS: the tokens by day and by night, the panel's own rules, then what night and right to left
    change.
    """
    return "\n".join(
        [tokens(), *((STATIC / name).read_text(encoding="utf-8") for name in ("panel.css", "themes.css")), by_night()]
    )


PANELS = (".ccplan", ".ccplan-data")  # the two kinds of panels, one drawn by panel.js, one made of ipywidgets
# a switch of ours comes before the theme of Jupyter; where no theme is chosen, the reader's own wish counts
NIGHT = 'body:is(.ccplan-dark, [data-jp-theme-light="false"]):not(.ccplan-light)'
UNSAID = "body:not(.ccplan-light, .ccplan-dark, [data-jp-theme-light])"


@functools.cache
def tokens():
    """The theme's colours as CSS variables `--ccplan-NAME` of every panel, by day and, on screens, by night."""
    return (
        f"{_rule('', theme.LIGHT, 'light')}\n@media screen {{ {_rule(NIGHT, theme.DARK, 'dark')} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {_rule(UNSAID, theme.DARK, 'dark')} }}"
    )


def _rule(where, colours, scheme):
    variables = "".join(f"--ccplan-{name}:{value};" for name, value in colours.items())
    return f"{','.join(f'{where} {kind}'.strip() for kind in PANELS)}{{{variables}--ccplan-font:{theme.FONT};color-scheme:{scheme}}}"


@functools.cache
def by_night():
    """CSS that turns the colours of the live charts' drawings and keys, so that a change of theme draws nothing
    anew.
    """
    return (
        f"@media screen {{ {_turned(NIGHT)} }}\n@media screen and (prefers-color-scheme: dark) {{ {_turned(UNSAID)} }}"
    )


def _turned(where):
    rules = [
        f'{where} .ccplan .ccplan-chart svg [{part}="{day}" i]{{{part}:{night}}}'
        for day, night in theme.NIGHT.items()
        if day != night
        for part in ("fill", "stroke")
    ]
    return "".join([f"{where} .ccplan .ccplan-sample{{--colour:var(--night)}}", *rules])


@functools.cache
def panel_class():
    """The widget class, made when the first panel is: importing ccplan loads no widget library.

    `vega` is the bundle that draws, `layout` (dict) is drawn once: dials, pickers, tiles, charts. `values` (dict)
    is what the user set, sent by the browser; `view` (dict) is what to show for it, sent by the kernel.
    """
    import anywidget
    import traitlets

    class Panel(anywidget.AnyWidget):
        _esm = script()
        _css = style()
        vega = traitlets.Unicode(vega_bundle()).tag(sync=True)
        plan = traitlets.Dict().tag(sync=True)
        values = traitlets.Dict().tag(sync=True)
        view = traitlets.Dict().tag(sync=True)

        def __repr__(self):  # what is kept of it in a saved notebook: the same words every time
            return f"Live panel, in JupyterLab or Voila: {self.plan.get('title', '')}"

    return Panel


def hear_widgets():
    """Let this kernel hear what a page says to its widgets; the library does so by itself only where a kernel is
    what imports it.
    """
    import ipywidgets

    ipywidgets.register_comm_target()


def wire(layout, answer, language=None):
    """A live panel: `answer` is called with what the user set and returns what to show.

    `layout` and both messages are dicts of plain JSON values, in English; the panel speaks `language`, a code
    (see `language.chosen`). A message of the browser carries a number `seq`, the answer carries it back: the
    last picture always belongs to the last position.
    """
    spoken = chosen(language)
    panel = panel_class()(plan=spoken.layout(layout), view=spoken.view(answer({"seq": 0})))
    panel.observe(lambda change: panel.set_trait("view", _next(answer, spoken, change["new"])), names="values")
    return panel


def _next(answer, spoken, message):
    """The view after a message; work at rest waits where other panels of this machine are at theirs, so that every
    hand is followed first.
    """
    if message.get("action") != "rest":
        return spoken.view(answer(message))
    with turn() as mine:
        return spoken.view(answer(message)) if mine else STILL | {"seq": message["seq"], "unsettled": AGAIN_MS}
