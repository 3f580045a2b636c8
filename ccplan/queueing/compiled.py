"""Compiled code: kept on disk where that can be, and whether it is there already."""

from pathlib import Path

SECONDS = 20  # that compiling takes, in words to those who wait


def compiled(function=None, **options):
    """The function compiled by numba when it is first called; kept on disk wherever a place can be written.

    `options` are numba's own, as in `@compiled(nogil=True)`. A function without a file has no such place:

    >>> @compiled
    ... def twice(x):
    ...     return 2 * x
    >>> twice(3)
    6
    """
    from numba import njit

    if function is None:
        return lambda function: compiled(function, **options)
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor the user's can be written: compiled anew in each process
        return njit(**options)(function)


def is_compiled():
    """Whether the equations of the day need not be compiled first, which takes about twenty seconds.

    >>> warm_up()
    >>> is_compiled()
    True
    """
    from . import forward_equations

    last = forward_equations.backward  # of all that a day runs through
    if last.signatures:
        return True
    try:
        source = Path(forward_equations.__file__).stat().st_mtime
        kept = Path(last.stats.cache_path).glob("forward_equations.backward-*.nbi")
        return any(file.stat().st_mtime >= source for file in kept)
    except (OSError, TypeError):  # no place on disk
        return False


def warm_up():
    """Compile the equations of the day, or read them from disk: half a second, the first time about twenty."""
    from .time_varying import predict_day

    predict_day([1.0, 1.0], 60.0, [2, 1], interval_s=60.0, patience_s=60.0)
