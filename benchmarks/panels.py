"""From a slider's move to the repainted chart and tiles, in a headless Chromium on a Voila of our own; and twenty
people at once.

The floor is a panel that answers without reckoning. A move of the budget and of hiring recomputes a year of two
queues by half-hour. `python -m benchmarks.panels [PANEL …]` measures these alone, or the panels that are named; the
machine's load stands beside the figures, for other work on it counts.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from .measuring import Row, alone, late, load, missing, unknown

ROOT = Path(__file__).parents[1]
MOVES, DRAG_S, PEOPLE, TURNS, THINKS_MS = 40, 3, 20, 8, 3000  # a person looks at what came before the next move
MOST_MS, LATE_MS, READY_S, CROWD_MS = 100, 200, 5, 1000

SETUP = """\
from benchmarks.panel_desks import DESKS
DESKS[{name!r}]().panel()
"""
PANELS = {  # name: the dial that is moved, and over which whole numbers; None: the choices of the queue's picker
    "floor": ("volume", 0, 40),
    "staffing": ("volume", -30, 40),
    "forecast": ("uplift", -30, 40),
    "budget": ("volume", -30, 40),
    "headcount": ("volume", -30, 40),
    "validation": ("people", -5, 5),
    "audit": (None, 0, 0),
    "schedule": ("volume", -30, 40),
}
LATENCY = """async ([dial, low, high, turns, pause]) => {
  const root = document.querySelector('.ccplan'), range = dial && root.querySelector(`[data-dial=${dial}] input[type=range]`);
  const queue = root.querySelectorAll('header select')[2], times = [];
  const quiet = () => new Promise(done => setTimeout(done, pause));
  const span = high - low + 1;
  for (let i = 1; i <= turns; i++) {
    const before = Number(root.dataset.painted), start = performance.now();
    if (range) { range.value = low + (i * 7) % span; range.dispatchEvent(new Event('input', {bubbles: true})); }
    else { queue.selectedIndex = i % queue.options.length; queue.dispatchEvent(new Event('change', {bubbles: true})); }
    const asked = Number(root.dataset.asked);  // the answer to this very move, not what came at rest
    while (Number(root.dataset.painted) < asked || asked <= before) {
      await new Promise(done => setTimeout(done, 1));
      if (performance.now() - start > 20000) throw new Error('nothing was painted for twenty seconds');
    }
    await new Promise(done => requestAnimationFrame(done));
    times.push(performance.now() - start);
    await quiet();
  }
  return times;
}"""
WITHOUT_US = f"""([after, ...asked]) => {{
  window.times = null;
  setTimeout(() => ({LATENCY})(asked).then(times => {{ window.times = times; }}), after);
}}"""
DRAG = """async ([dial, low, high, seconds]) => {
  const root = document.querySelector('.ccplan'), range = root.querySelector(`[data-dial=${dial}] input[type=range]`);
  let sent = Number(root.dataset.painted), last = 0, paints = 0;
  const watch = new MutationObserver(() => { paints += 1; });
  watch.observe(root, {attributes: true, attributeFilter: ['data-painted']});
  const end = performance.now() + 1000 * seconds;
  for (let i = 0; performance.now() < end; i++) {
    range.value = low + i % (high - low + 1); range.dispatchEvent(new Event('input', {bubbles: true}));
    sent += 1; await new Promise(done => setTimeout(done, 16));
  }
  range.value = high; range.dispatchEvent(new Event('input', {bubbles: true}));
  sent += 1; const moved = paints, at = performance.now();
  while (Number(root.dataset.painted) < sent && performance.now() - at < 20000) await new Promise(done => setTimeout(done, 5));
  watch.disconnect();
  return {sent, paints: moved, behind: paints - moved, late: performance.now() - at, final: Number(root.dataset.painted) >= sent && Number(range.value) === high};
}"""


def rows(names=()):
    """The rows of the panels named (all, and the crowd, if left out); one row in words where no browser is found."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if words := missing("playwright") or (
        "" if chromium else "no Chromium was found: install Debian's chromium to measure the panels"
    ):
        yield Row("from a move to the picture, in a browser", note=words)
        return
    from playwright.sync_api import sync_playwright

    from tests.browsers import CHROMIUM

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        try:
            yield from _panels(browser, Path(folder), names or PANELS)
            yield from () if names else _crowd(browser, Path(folder) / "crowd")
        finally:
            browser.close()


def _panels(browser, folder, names):
    from tests.browsers import opened, voila, write_notebook

    names = ["floor", *(name for name in names if name != "floor")]
    for name in names:
        write_notebook(folder / f"{name}.ipynb", SETUP.format(name=name))
    floor = None
    with voila(folder, PYTHONPATH=str(ROOT)) as address:
        for name in names:
            dial, low, high = PANELS[name]
            page = opened(browser, f"{address}/voila/render/{name}.ipynb")
            page.evaluate(LATENCY, [dial, low, high, 5, 0])  # the first moves compile and fill what is kept
            times = page.evaluate(LATENCY, [dial, low, high, MOVES, 0])
            median, most = statistics.median(times), late(times)
            floor = floor or median
            promise = (
                {}
                if name == "floor"
                else {"promise": f"≤ {MOST_MS} ms, 95 % ≤ {LATE_MS} ms", "kept": median <= MOST_MS and most <= LATE_MS}
            )
            yield Row(
                f"panel {name}: a move to its picture, median",
                median / 1000,
                peer="a panel that reckons nothing",
                theirs=floor / 1000,
                note=f"95 % {most:.0f} ms, load {load():.1f}",
                headline=name == "staffing",
                **promise,
            )
            if dial and name != "floor":
                yield _dragged(page, name, dial, low, high)
            page.close()


def _dragged(page, name, dial, low, high):
    told = page.evaluate(DRAG, [dial, low, high, DRAG_S])
    return Row(
        f"panel {name}: a drag of {DRAG_S} s",
        told["paints"],
        "pictures",
        note=f"of {told['sent']} moves; {told['behind']} after the hand stopped, {told['late']:.0f} ms",
        promise="at most the one in work and the last; the final picture is the final value",
        kept=told["final"] and told["behind"] <= 2,
    )


def _crowd(browser, folder):
    """Twenty people on the staffing panel as `ccplan serve` serves it, each a kernel of its own."""
    from tests.browsers import _free_port, opened, write_notebook
    from tests.serving import TOKEN, own_server, serving

    folder.mkdir()
    write_notebook(folder / "00_start.ipynb", "1")
    write_notebook(folder / "03_staffing.ipynb", SETUP.format(name="staffing"))
    for file in folder.glob("*.ipynb"):
        _titled(file)
    from ccplan.data import sample_centre

    port = _free_port()
    with serving(
        own_server(sample_centre(), folder, port, ready=1), port, folder / "log", PYTHONPATH=str(ROOT)
    ) as server:
        address, pages, ready = f"http://127.0.0.1:{port}/voila/render/03_staffing.ipynb?token={TOKEN}", [], []
        # A window of its own each: the timers of a page behind another are slowed down to one a second.
        contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in range(PEOPLE)]
        for context in contexts:
            begin = time.perf_counter()
            window = SimpleNamespace(new_page=lambda context=context, **_: context.new_page())
            pages.append(opened(window, address))
            ready.append(time.perf_counter() - begin)
        # People do not move in step; each goes on in the browser while we start the next.
        for number, page in enumerate(pages):
            page.evaluate(WITHOUT_US, [THINKS_MS * number / PEOPLE, "volume", -30, 40, TURNS, THINKS_MS])
        times = [
            one for page in pages for one in page.wait_for_function("() => window.times", timeout=180_000).json_value()
        ]
        each, private = (sum(of) / len(of) for of in zip(*_kernels_mb(server.pid), strict=True))
        for context in contexts:
            context.close()
    most = late(times)
    yield Row(
        f"{PEOPLE} people with a page each, {THINKS_MS / 1000:g} s between two moves: a move to its picture",
        statistics.median(times) / 1000,
        note=f"95 % {most:.0f} ms; their browsers on the same cores; {each:.0f} MB a person with its share of what all have in common "
        f"({private:.0f} MB its own), load {load():.1f}",
        promise=f"95 % ≤ {CROWD_MS} ms",
        kept=most <= CROWD_MS,
        headline=True,
    )
    yield Row(
        "the page from its address to its first picture",
        statistics.median(ready),
        note=f"first {ready[0]:.1f} s, load {load():.1f}",
        promise=f"≤ {READY_S} s",
        kept=statistics.median(ready) <= READY_S,
    )


def _titled(file):
    """A notebook that `ccplan serve` takes for a page has a question for a title."""
    import nbformat

    notebook = nbformat.read(file, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("# Which question?"))
    nbformat.write(notebook, file)


def _kernels_mb(server):
    """(share, own) MB of each kernel below a server: the share counts a page of memory that n processes have as a
    nth part of it.
    """
    parents = {int(place.name): _parent(place) for place in Path("/proc").iterdir() if place.name.isdigit()}
    nursery = {pid for pid, parent in parents.items() if parent == server}
    found = []
    for pid in (pid for pid, parent in parents.items() if parent in nursery):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        kb = {name: int(told.split()[0]) for name, told in (line.split(":", 1) for line in lines)}
        found.append((kb["Pss"] / 1024, (kb["Private_Dirty"] + kb["Private_Clean"]) / 1024))
    return found


def _parent(place):
    try:
        return int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


if __name__ == "__main__":
    named = [name for name in sys.argv[1:] if name != "--json"]
    if words := unknown(named, PANELS, "panel"):
        sys.exit(words)
    alone(rows(named))
