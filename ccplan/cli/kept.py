"""What a page shows without being live is worked out once for everybody, and again when a table or the notebook has
changed.

The first who opens a page runs its whole notebook. For those who come after, the cells that the live panels need
are run, and the others show what they showed: the same tables and the same code give the same figures. A cell
tagged `always` is always run.
"""

import ast
import copy
import functools
import hashlib
import os
from datetime import date
from pathlib import Path

ALWAYS = "always"
LIVE = ("application/vnd.jupyter.widget-view+json", "application/javascript")
_whole = set()  # (what a notebook says, the folder's stamp) of which nothing can be left out
_pages = {}  # what a notebook says → (the folder's stamp, {cell's index: its outputs}, {cell's index: what is still run})


def stamp(folder):
    """What changes when a file of the folder does, wherever in it, and with the day; kept scenarios are for the
    panels alone.
    """
    files = (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    return date.today(), states(file for file in files if not file.endswith("_scenarios.json"))


def states(files):
    """(name, when it was changed, bytes) of some files, in order; those that are moved away meanwhile are left out."""
    found = []
    for file in files:
        try:
            state = os.stat(file)
        except OSError:
            continue
        found.append((os.fspath(file), state.st_mtime_ns, state.st_size))
    return tuple(sorted(found))


def needed(sources, live):
    """What of which cell must be run so that those numbered in `live` can be: {cell: source}; names are followed
    backwards, statement by statement, with too much rather than too little.

    >>> needed(["import math", "a = 1\\nc = a + 1", "b = math.pi", "print(b)", "a + 1"], {4})
    {1: 'a = 1', 4: 'a + 1'}
    """
    try:
        parts = [[(one, *_names(one)) for one in ast.parse(source).body] for source in sources]
    except SyntaxError:  # magics of IPython: everything is run
        return dict(enumerate(sources))
    wanted, run = set(), {}
    for index in reversed(range(len(sources))):
        taken = []
        for statement, made, used in reversed(parts[index]):
            # A bare call may change what comes after it.
            if index in live or made & wanted or (taken and isinstance(statement, ast.Expr)):
                taken.append(statement)
                wanted |= used
        if taken or index in live:
            run[index] = sources[index] if index in live else "\n".join(map(ast.unparse, reversed(taken)))
    return dict(sorted(run.items()))


def _names(tree):
    """(names that are made or may be changed, names that are used) in a statement."""
    made, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(one.name == "*" for one in node.names):
                raise SyntaxError("names that cannot be followed")
            made |= {(one.asname or one.name).split(".")[0] for one in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            made.add(_root(node))
    return made, used


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return getattr(node, "id", "")


def is_known(notebook, now):
    """Whether it is kept what a notebook shows with the folder as `now` (its `stamp`) has it."""
    return _pages.get(_page(_code_of(notebook)), (None,))[0] == now


def _code_of(notebook):
    """{index: source} of its cells of code."""
    return {index: cell["source"] for index, cell in enumerate(notebook.cells) if cell["cell_type"] == "code"}


def _page(code):
    """What a notebook says, as a key."""
    return hashlib.sha256("\0".join(code.values()).encode()).hexdigest()


def _is_live(outputs):
    return any(kind in one.get("data", {}) for one in outputs for kind in LIVE)


def _has_fault(outputs):
    return any(one["output_type"] == "error" for one in outputs)


@functools.cache
def install():
    """Make Voila run its notebooks so, in this process; it has no setting for what runs them."""
    import voila.notebook_renderer as renderer
    from nbclient.exceptions import CellExecutionError

    class Executor(renderer.VoilaExecutor):
        """Runs what must be run, and remembers what the rest showed."""

        async def execute_cell(self, cell, resources, cell_index, store_history=True):
            if cell["cell_type"] != "code":
                return await super().execute_cell(cell, resources, cell_index, store_history)
            if not hasattr(self, "_shown"):
                self._begin()
            try:
                return await self._run(cell, cell_index)
            except CellExecutionError:
                if not self._known:
                    raise
                await self._run_from_the_start(cell_index)
                return await self._run(cell, cell_index)

        async def _run(self, cell, cell_index):
            """Run a cell, or what live cells need of it and show what is known."""
            if cell_index in self._known:
                if cell_index in self._parts:
                    part = copy.deepcopy(cell)
                    part["source"] = self._parts[cell_index]
                    await super().execute_cell(part, None, cell_index, False)
                cell["outputs"] = copy.deepcopy(self._known[cell_index])
                return cell
            done = await super().execute_cell(cell, None, cell_index, False)
            self._shown[cell_index] = copy.deepcopy(done["outputs"])
            if cell_index == self._code[-1] and not self._known:
                self._keep()
            return done

        async def _run_from_the_start(self, cell_index):
            """What was left out was needed after all: until a table changes this page is run whole."""
            _whole.add((self._page, self._stamp))
            self._known = {}
            for index in self._code[: self._code.index(cell_index)]:
                await self._run(copy.deepcopy(self.nb.cells[index]), index)

        def _begin(self):
            self._shown = {}
            code = _code_of(self.nb)
            self._code, self._sources, self._page = list(code), list(code.values()), _page(code)
            self._stamp = stamp(Path(os.environ["CCPLAN_FOLDER"]))
            at, known, parts = _pages.get(self._page, (None, {}, {}))
            self._known, self._parts = (known, parts) if at == self._stamp else ({}, {})

        def _keep(self):
            """Remember what need not be run again, where nothing went wrong."""
            if any(_has_fault(outputs) for outputs in self._shown.values()):
                return
            whole = (self._page, self._stamp) in _whole
            live = {number for number, index in enumerate(self._code) if whole or self._must_run(index)}
            parts = {self._code[number]: source for number, source in needed(self._sources, live).items()}
            kept = {index: self._shown[index] for number, index in enumerate(self._code) if number not in live}
            _pages[self._page] = self._stamp, kept, parts

        def _must_run(self, index):
            return _is_live(self._shown.get(index, ())) or ALWAYS in self.nb.cells[index]["metadata"].get("tags", ())

    renderer.VoilaExecutor = Executor
