"""Pages are worked out before anybody asks for them, one after the other, at the lowest priority.

What a page shows without being live is kept (see `kept`), but the first who opened it after a change of the tables
waited for it, up to a minute. Nobody needs to: while the machine has nothing better to do, a kernel that is nobody's
runs each notebook once and is ended.
"""

import asyncio
import contextlib
import os
from pathlib import Path

from .kept import is_known, stamp

AGAIN_S = 20  # until the next look at whether a table has changed
LAST = 19  # everything else comes first


async def work_ahead(manager, notebooks, names, env):
    """Run the notebooks of some names whenever what they show is not known, for ever; a page that fails is tried
    once for the same tables.

    `manager` starts the kernels, with `env` in their environment.
    """
    tried = set()
    while True:
        for name in names:
            now = stamp(os.environ["CCPLAN_FOLDER"])
            if (name, now) not in tried:
                tried.add((name, now))
                with contextlib.suppress(Exception):  # the page itself tells what is wrong
                    await _worked_out(manager, Path(notebooks) / f"{name}.ipynb", now, env)
        await asyncio.sleep(AGAIN_S)


async def _worked_out(manager, file, now, env):
    import nbformat

    notebook = nbformat.read(file, as_version=4)
    if is_known(notebook, now):
        return
    kernel = await manager.start_kernel(kernel_name=notebook.metadata.kernelspec.name, path="", env=os.environ | env)
    try:
        _let_others_first(manager.get_kernel(kernel))
        await _run(notebook, manager.get_kernel(kernel))
    except Exception:  # not where the server ends: it ends its kernels itself
        await manager.shutdown_kernel(kernel, now=True)
        raise
    await manager.shutdown_kernel(kernel, now=True)


async def _run(notebook, kernel):
    from voila.notebook_renderer import VoilaExecutor  # the one of `kept`, which remembers

    runs = VoilaExecutor(notebook, km=kernel, show_tracebacks=True)
    runs.kc = await runs.async_start_new_kernel_client()
    try:
        for index, cell in enumerate(notebook.cells):
            await runs.execute_cell(cell, None, index, store_history=False)
    finally:
        runs.kc.stop_channels()


def _let_others_first(kernel):
    if hasattr(os, "setpriority"):  # not on Windows
        os.setpriority(os.PRIO_PROCESS, kernel.provisioner.pid, LAST)
