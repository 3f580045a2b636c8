"""Work at rest takes turns: of all panels on this machine one core's worth works ahead, and the other cores follow
moving hands.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from ...data.locks import locked

AGAIN_MS = 400  # after which one that had to wait asks again
STILL = {"still": True, "unsettled": 10}  # the answer of a slice of work: nothing new to paint, ask again


@contextlib.contextmanager
def turn(folder=None):
    """True while this process may work at rest: as many at once as the machine has cores but one, one at least.

    `folder` holds the locks; left out, one of the system for short-lived files. Where it is refused all may work.
    """
    with contextlib.ExitStack() as held:
        yield any(_taken(held, place) for place in _places(folder))


def _places(folder):
    own = Path(folder or tempfile.gettempdir()) / f"ccplan-at-rest-{os.getuid() if hasattr(os, 'getuid') else 0}"
    return [own / f"{number}" for number in range(max((os.cpu_count() or 2) - 1, 1))]


def _taken(held, place):
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        held.enter_context(locked(place, patience_s=0))
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
