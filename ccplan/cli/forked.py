"""Kernels that share what they have in common: one process loads the libraries and is forked for every page that is
opened.

A fork begins with everything loaded, and the system keeps one copy of what neither changes: a page starts in a
fraction of the time and takes a fraction of the memory. Run as `python -m ccplan.cli.forked` by `kernels.Nursery`;
it reads a JSON object a line (`argv`, `env`, `cwd`) and answers with the process id. It ends, and with it its
kernels, when its input does.
"""

import gc
import json
import os
import signal
import sys
import warnings

LOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.comm",
    "IPython.core.completer",
    "jedi",
    "pandas",
    "pyarrow",
    "pyarrow.parquet",
    "scipy.stats",
    "scipy.optimize",
    "tomllib",
    "zoneinfo",
    "ccplan.auditing",
    "ccplan.planning",
    "ccplan.display.panels.desk",
    "ccplan.display.start.tiles",
    "ccplan.display.start.pages",
    "ccplan.display.staffing.panel",
    "ccplan.display.staffing.day_charts",
    "ccplan.display.staffing.week_charts",
    "ccplan.display.audit.panel",
    "ccplan.display.money.panel",
    "ccplan.display.people.panel",
    "ccplan.display.forecast.panel",
    "ccplan.display.validation.panel",
    "ccplan.display.setting_up.panel",
)


def main():
    """Load, say so, and fork for every line until there is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us in its own order
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets those who have ended
    orders, answers = _own_pipes()
    # The threads are those of pyarrow's allocator, which knows of forks.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    _load()
    gc.collect()
    gc.freeze()  # what is here stays: a sweep that marked it would copy every page of it
    print("ready", file=answers, flush=True)
    for line in orders:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.close(orders.fileno()), os.close(answers.fileno())
            _become_kernel(order)
        print(pid, file=answers, flush=True)


def _own_pipes():
    """(orders, answers) under numbers of their own: kernels read nothing, and what they print goes where errors go."""
    orders, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0), os.dup2(2, 1), os.close(nothing)
    return orders, answers


def _load():
    """Import what pages need, and compile what is compiled. What cannot be loaded is left to the pages, which can
    say so.
    """
    import contextlib
    import importlib

    for name in LOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        from ccplan.display.frontend import panel_class

        panel_class()
    with contextlib.suppress(Exception):
        _warm_up()


def _warm_up():
    """A morning of a small centre staffed and played, so that what numba keeps on disk is in memory before the
    first fork.
    """
    import pandas as pd

    from ccplan.data import Centre, Queue
    from ccplan.display.staffing.panel import staffing_panel

    start = pd.date_range("2026-03-02 09:00", periods=4, freq="30min", tz="UTC")
    calls = pd.DataFrame({"queue": "a", "start": start, "offered": [40, 60, 50, 30], "aht_s": 240.0})
    staffing_panel(calls, Centre(name="a", queues=(Queue(name="a"),))).close_all()  # no page is to find it


def _become_kernel(order):
    """Be the kernel that is asked for, to the end of this process."""
    code = 1
    try:
        os.setsid()  # a signal to the kernel reaches what the kernel starts, and nobody else
        signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear(), os.environ.update(order["env"])
        os.chdir(order["cwd"])
        _launch([*order["argv"], f"--IPKernelApp.parent_handle={os.getppid()}"])  # it ends when we do
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _launch(argv):
    import atexit

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    from ccplan.display.frontend import hear_widgets

    np.random.seed()  # or all kernels would draw the same numbers
    sys.argv = argv
    sys.path[0] = ""  # as a kernel that was started by itself has it
    kernel = IPKernelApp.instance()
    kernel.initialize(argv[1:])
    hear_widgets()
    kernel.start()
    atexit._run_exitfuncs()


if __name__ == "__main__":
    main()
