"""The panel's front end: one widget that draws a layout and pushes data into live Vega views.

Everything the browser needs travels from the kernel with the widget: no request leaves the machine.
"""

import functools
import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

from . import theme

STATIC = Path(__file__).parent / "static"
VOILA = Path(__file__).parent / "share"  # for JUPYTER_PATH: Voila then finds the template `ccplan`
SNIPPET = "globalThis.ccplanVegaEmbed = vegaEmbed;"  # names of a module are shortened, this one is not


@functools.cache
def vega_bundle():
    """Vega, Vega-Lite and Vega-Embed as one JavaScript module, a str of about 0.9 MB.

    vl-convert holds the libraries and binds them in a second or two. The result is kept in the
    user's cache rather than in the package: an installed package may be read-only, a wheel should
    not carry what a dependency carries already, and a repository should not either. The file's
    name holds vl-convert's version, so an upgrade never meets an old bundle. It is written beside
    its place and then moved, so that kernels starting together never read half a file; where no
    cache can be written the bundle lives in memory.
    """
    import vl_convert

    file = _cache_folder() / f"vega-{version('vl-convert-python')}-{_digest(SNIPPET)}.js"
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        bundle = vl_convert.javascript_bundle(SNIPPET)
        _keep(file, bundle)
        return bundle


def _cache_folder():
    from platformdirs import user_cache_path

    return user_cache_path("ccplan", appauthor=False)


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _keep(file, text):
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(beside, file)
    except OSError:  # no place to keep it: it is made again next time
        pass


def script():
    """The widget's JavaScript module: the Vega bundle, then the panel's own code."""
    return "\n".join([vega_bundle(), *((STATIC / name).read_text(encoding="utf-8") for name in ("panel_tools.js", "panel.js"))])


def style():
    """The panel's CSS, its colours taken from the theme."""
    names = {"ink": theme.INK, "quiet": theme.QUIET, "context": theme.CONTEXT, "rule": theme.RULE,
             "paper": theme.PAPER, "accent": theme.ACCENT, "alarm": theme.ALARM, "font": theme.FONT}
    colours = "".join(f"--ccplan-{name}:{value};" for name, value in names.items())
    return f".ccplan{{{colours}}}\n{(STATIC / 'panel.css').read_text(encoding='utf-8')}"


@functools.cache
def panel_class():
    """The widget class, made when the first panel is: importing ccplan loads no widget library.

    `layout` (dict) is drawn once: dials, pickers, tiles, charts. `values` (dict) is what the user set,
    sent by the browser; `view` (dict) is what to show for it, sent by the kernel.
    """
    import anywidget
    import traitlets

    class Panel(anywidget.AnyWidget):
        _esm = script()
        _css = style()
        plan = traitlets.Dict().tag(sync=True)
        values = traitlets.Dict().tag(sync=True)
        view = traitlets.Dict().tag(sync=True)

        def __repr__(self):  # what is kept of it in a saved notebook: the same words every time
            return f"Live panel, in JupyterLab or Voila: {self.plan.get('title', '')}"

    return Panel


def wire(layout, answer):
    """A live panel: `answer` is called with what the user set and returns what to show.

    `layout` and both messages are dicts of plain JSON values. A message of the browser carries a
    number `seq`, the answer carries it back: the last picture always belongs to the last position.
    """
    panel = panel_class()(plan=layout, view=answer({"seq": 0}))
    panel.observe(lambda change: panel.set_trait("view", answer(change["new"])), names="values")
    return panel
