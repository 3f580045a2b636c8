"""What the two panels for one's own data share: a box, words, labels that a screen reader finds, their look.

Both are plain widgets around functions of the data room; what goes wrong is said in the panel.
Nothing is written before a button is pressed, and nothing ever into the bundled centre.
"""

from html import escape
from pathlib import Path

from ...data.bundled import sample_centre
from .. import frontend

STYLE = f"""<style>
{frontend.tokens()}
{(frontend.STATIC / "widgets.css").read_text(encoding="utf-8")}
.ccplan-data {{ font-family: var(--ccplan-font); color: var(--ccplan-ink); max-width: 1100px; overflow: visible; padding: 2px; }}
.ccplan-data .widget-html, .ccplan-data .widget-html-content {{ height: auto; line-height: 1.4; overflow: visible; }}
.ccplan-data .ccplan-line {{ display: flex; flex-flow: row wrap; align-items: center; gap: 2px 14px; padding: 3px 0; overflow: visible;
  border-bottom: 1px solid var(--ccplan-faint); }}
.ccplan-data .ccplan-asks {{ display: flex; flex-flow: row wrap; gap: 4px 14px; padding: 4px 0; overflow: visible; }}
.ccplan-data .ccplan-grows {{ flex: 1 1 280px; min-width: 0; }}
.ccplan-data .ccplan-theirs {{ flex: 0 1 300px; min-width: 0; overflow-wrap: anywhere; }}
.ccplan-data .widget-button {{ flex: 0 0 auto; align-self: flex-start; width: auto; padding: 0 14px; }}
.ccplan-data select:focus-visible, .ccplan-data input:focus-visible, .ccplan-data button:focus-visible {{ outline: 2px solid var(--ccplan-accent);
  outline-offset: 1px; }}
.ccplan-data p {{ margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere; }}
.ccplan-data .ccplan-scroll {{ overflow-x: auto; }}
@media (min-width: 601px) {{ .ccplan-data .ccplan-scroll td {{ white-space: nowrap !important; }} }}
</style>"""


def box(children, title, saved="", direction="ltr"):
    """A box that is the same words in a saved notebook every time; `saved` is HTML that stands there for it."""
    import ipywidgets

    class Panel(ipywidgets.VBox):
        def __repr__(self):
            return f"Live panel, in JupyterLab or Voila: {title}"

        def _repr_mimebundle_(self, **kwargs):
            shown = super()._repr_mimebundle_(**kwargs) or {}
            return shown | ({"text/html": saved} if saved else {})

    panel = Panel([ipywidgets.HTML(STYLE, layout={"height": "0", "margin": "0"}), *children])
    panel.add_class("ccplan-data")
    panel.add_class(f"ccplan-{direction}")
    return panel


def words(text, fault=False):
    """A paragraph for a widgets.HTML; a screen reader says it when it changes."""
    how = 'role="alert" class="ccplan-wrong"' if fault else 'role="status" class="ccplan-told"'
    return f'<p {how} lang="en" dir="auto">{escape(text)}</p>'


def row(children, kind="ccplan-line"):
    """Controls side by side, below one another where the window is narrow."""
    import ipywidgets

    line = ipywidgets.Box(children)
    line.add_class(kind)
    return line


def is_bundled(folder):
    """True for the bundled centre's folder, which no panel changes."""
    try:
        return Path(folder).resolve() == sample_centre().resolve()
    except OSError:
        return False
