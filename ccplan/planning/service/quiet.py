"""A solver that talks: HiGHS prints a line of its own now and then, whatever it is told; it belongs into no
notebook.
"""

import ctypes
import os
from contextlib import contextmanager


@contextmanager
def quiet():
    """Nothing that compiled code prints in between reaches the standard output; Python's own lines wait in their
    buffer.

    >>> with quiet():
    ...     _ = os.write(1, b"from the solver")
    """
    _flush()
    try:
        kept = os.dup(1)
    except OSError:  # no standard output at all: nothing to keep clean
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        _flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _flush():
    """What C has printed and not written yet."""
    try:
        library = ctypes.cdll.msvcrt if os.name == "nt" else ctypes.CDLL(None)
        library.fflush(None)
    except (OSError, AttributeError):  # no such library here: at worst a line is seen
        pass
