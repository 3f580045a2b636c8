"""A folder that is made anew as a whole: what stood there stays until the new one is ready, and is then swapped in
one step.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import sys
import tempfile
from glob import escape
from pathlib import Path

from .files import UNIQUE
from .locks import locked

PATIENCE_S = 0.5
AT_FDCWD, EXCHANGE = -100, 2  # of renameat2(2), Linux
NOT_HERE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


@contextlib.contextmanager
def new_folder(target, what="folder"):
    """A new, empty folder beside `target` (a Path), which takes the target's place when the block ends well.

    Until then the target is as it was, also when the block raises or the process is killed; what a killed run left
    behind is removed by the next. On Linux the two change places in one step of the system; elsewhere in two
    renames, and `recovered` mends what a kill between them left. Raises OSError in words where another process
    makes the same folder at this moment, and where the disk refuses.
    """
    target = Path(target).resolve()
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"{target} is a file: name a folder for the {what}")
    with contextlib.ExitStack() as held:
        _hold(held, target, what)
        recovered(target)
        _sweep(target)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent))
        held.callback(shutil.rmtree, made, ignore_errors=True)
        yield made
        _settle(made)
        _swap(made, target)


def _hold(held, target, what):
    try:
        held.enter_context(locked(target, patience_s=PATIENCE_S))
    except TimeoutError:
        raise TimeoutError(
            f"{target} is being made by another run at this moment: wait until it is done, "
            f"or name another folder for the {what}"
        ) from None


def recovered(target):
    """The target, put back from its old place if a process was killed between the two renames of a swap."""
    whole = Path(target).resolve()
    if whole.name and not whole.exists() and _old(whole).is_dir():
        os.rename(_old(whole), whole)
    return Path(target)


def _old(target):
    return target.with_name(f".{target.name}.old")


def _sweep(target):
    made = f".{escape(target.name)}-{UNIQUE}.tmp"  # not that of another target whose name begins alike
    for left in (*target.parent.glob(made), _old(target)):
        shutil.rmtree(left, ignore_errors=True)


def _settle(made):
    """On the disk before it is shown: a crash of the machine must not leave a folder of empty files."""
    os.chmod(made, 0o755)  # nosec B103 # as any folder that a person makes; mkdtemp's is closed to all others
    for file in made.rglob("*"):
        if file.is_file():
            with open(file, "rb+") as handle:
                os.fsync(handle.fileno())


def _swap(made, target):
    if not target.exists():
        os.rename(made, target)
    elif not _exchanged(made, target):
        _in_two_steps(made, target)


def _exchanged(made, target):
    """True where the system changed the two places in one step."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if call is None:
        return False
    if call(AT_FDCWD, os.fsencode(made), AT_FDCWD, os.fsencode(target), EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in NOT_HERE:  # a file system that cannot
        return False
    raise OSError(number, os.strerror(number), str(target))


def _in_two_steps(made, target):
    old = _old(target)
    os.rename(target, old)
    try:
        os.rename(made, target)
    except BaseException:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
