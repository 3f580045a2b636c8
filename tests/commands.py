"""`ccplan` as people run it: in a process of its own, or, for the many cases, in this one with the same words.

In this process the libraries are loaded already, which is two of the three seconds that a command takes;
`own_process` is for at least one run of every command.
"""

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from ccplan.cli import main

CCPLAN = [sys.executable, "-m", "ccplan.cli"]


def own_process(*words, **env):
    """The finished process of a command: returncode, stdout, stderr."""
    return subprocess.run(
        [*CCPLAN, *map(str, words)], capture_output=True, text=True, env=os.environ | env, timeout=120
    )


def run(*words, **env):
    """The same of a command that ran in this process; a traceback fails the test that asked for it."""
    arguments = ["ccplan", *map(str, words)]
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.dict(os.environ, env),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = _exit_code(err)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def _exit_code(err):
    """What Python itself makes of the end of a program: words go to stderr and mean 1."""
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=err)
            return 1
        return end.code or 0
    return 0


def refused(*words, quiet=True, how=run):
    """What the command says on stderr when it refuses: words, exit code 1, no traceback."""
    result = how(*words)
    assert result.returncode == 1 and "Traceback" not in result.stderr and not (quiet and result.stdout)
    assert any(line.startswith("ccplan: ") for line in result.stderr.splitlines())
    return result.stderr


def alone(home):
    """The environment of somebody who has never seen the project: a HOME of their own, no caches, no word on Python
    or the tests.
    """
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(
            (
                "PYTHON",
                "UV_",
                "XDG_",
                "CCPLAN_",
                "COV",
                "VIRTUAL_ENV",
                "PYTEST",
                "MAKE",
                "MFLAGS",
                "NUMBA_",
                "HYPOTHESIS",
                "JUPYTER",
                "IPYTHON",
            )
        )
    }
    return own | {"HOME": str(home)}
