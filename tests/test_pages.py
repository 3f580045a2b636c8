"""Every notebook as a page of the app, wide and narrow: a picture is taken; nothing is too wide, no drawing is
empty, nothing is asked of another machine, and a page that is left gives its kernel back.

The pages show the outputs that the notebooks were committed with (`test_notebooks.py` makes them again to the
byte); deep, they are worked out. Live panels are tried in `test_every_panel.py`.
"""

from pathlib import Path

import nbformat
import pytest

from ccplan.data import sample_centre
from tests.browsers import _free_port, browser, opened, outside  # noqa: F401
from tests.effort import DEEP
from tests.serving import TOKEN, own_server, serving

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))
SHOW = "from IPython.display import publish_display_data\npublish_display_data({data!r})"
WIDE = """() => [...document.querySelectorAll('#rendered_cells *')].filter(n => {
  if (n.getBoundingClientRect().right <= innerWidth + 1 || !n.getClientRects().length) return false;
  for (let up = n.parentElement; up; up = up.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return false;
  return true; }).map(n => n.outerHTML.slice(0, 150))"""
FITS = "width => innerWidth === width && document.documentElement.scrollWidth <= width"
EMPTY = """() => [...document.querySelectorAll('#rendered_cells svg')].filter(n => n.querySelectorAll('path, rect, text, circle, line').length < 3
  || n.getBoundingClientRect().height < 8).map(n => n.outerHTML.slice(0, 150))"""


def shown(file, folder):
    """A copy of a notebook whose code shows what it showed; text as it is."""
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = (
                "\n".join(SHOW.format(data=dict(output["data"])) for output in cell.outputs if "data" in output) or "0;"
            )
            cell.outputs = []
    nbformat.write(notebook, folder / file.name)


@pytest.fixture(scope="module")
def app(browser, tmp_path_factory):  # noqa: F811
    """A browser's page in an app with places for three: it can see all pages only if one that is left gives its
    kernel back.
    """
    folder, port = tmp_path_factory.mktemp("pages"), _free_port()
    for file in NOTEBOOKS:
        (folder / file.name).write_bytes(file.read_bytes()) if DEEP else shown(file, folder)
    with serving(own_server(sample_centre(), folder, port, most=3), port, folder / "log"):
        page = opened(browser, f"http://127.0.0.1:{port}/?token={TOKEN}", painted="#rendered_cells:visible")
        yield page
        page.close()


@pytest.mark.parametrize("name", [file.stem for file in NOTEBOOKS])
def test_a_page_fits_and_is_not_empty(app, name, tmp_path):
    answer = app.goto(app.url.rsplit("/", 1)[0] + f"/{name}.ipynb", timeout=300_000)
    assert answer.status == 200, "503: the pages that were left still hold their places"
    app.wait_for_selector("#rendered_cells:visible", timeout=60_000)
    for width in (1280, 390):
        app.set_viewport_size({"width": width, "height": 900})
        app.wait_for_function(FITS, arg=width, timeout=20_000)
        assert app.evaluate(WIDE) == []
        app.screenshot(path=(picture := tmp_path / f"{name}_{width}.png"), full_page=True)
        assert int.from_bytes(picture.read_bytes()[16:20]) == width and picture.stat().st_size > 20_000, (
            "a picture of nothing"
        )
    assert app.evaluate(EMPTY) == [] and app.locator(".ccplan-fault").count() == 0
    assert outside(app) == [] and app.log == []
