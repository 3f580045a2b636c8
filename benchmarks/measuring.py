"""What a row of the table is, and the few tools that every benchmark measures with."""

import importlib.util
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

try:
    import resource
except ImportError:  # Windows tells no such thing
    resource = None


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, by ccplan and by a peer in the same run, and how right each was.

    `ours` and `theirs` are numbers in `unit` (None: not measured, `note` says why); the errors are words, against a
    reference that neither has made; `kept` says whether the promise was, None where nothing is promised.
    A `headline` is quoted in the README.
    """

    what: str
    ours: float | None = None
    unit: str = "s"
    peer: str = ""
    theirs: float | None = None
    error: str = ""
    peer_error: str = ""
    note: str = ""
    promise: str = ""
    kept: bool | None = None
    more_is_better: bool = False
    headline: bool = False

    @property
    def ratio(self):
        """How many times better than the peer ccplan is, below 1 worse; None without two numbers."""
        if not self.ours or not self.theirs:
            return None
        return self.ours / self.theirs if self.more_is_better else self.theirs / self.ours


def alone(rows):
    """What `python -m benchmarks.NAME` does: measure, then print the rows, with `--json` one a line for a program."""
    if "--json" in sys.argv[1:]:
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False, default=lambda one: one.item()), flush=True)  # numpy's
        return
    from .table import printed

    print(printed(list(rows)))


def best_of(times, work):
    """The result and the shortest of some timings: the one that the machine disturbed least."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def say(words):
    """Tell a person who waits what is being done."""
    print(words, file=sys.stderr, flush=True)


def load():
    """How many programs were at work on the cores in the last minute; not a number where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def peak_bytes(whose=None):
    """The most memory that this process (or one of its `children`) has had."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN if whose == "children" else resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024)


def missing(*libraries):
    """Words about the first of some libraries that is not installed; an empty text where all are."""
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            return f"{library} is not installed: make bench EXTRAS=test installs the peers"
    return ""


class Others:
    """The share of the processors that others take, from now until it is asked; 0 where the system does not say."""

    def __init__(self):
        self.before, self.own = self._jiffies(), self._own()

    @property
    def share(self):
        now = self._jiffies()
        all_, idle = (now[i] - self.before[i] for i in range(2))
        return max((all_ - idle - (self._own() - self.own) * os.sysconf("SC_CLK_TCK")) / all_, 0.0) if all_ else 0.0

    @staticmethod
    def _own():
        if resource is None:
            return 0.0
        used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used)

    @staticmethod
    def _jiffies():
        stat = Path("/proc/stat")
        if not stat.exists():
            return 0, 0
        ticks = [int(word) for word in stat.read_text().splitlines()[0].split()[1:9]]
        return sum(ticks), ticks[3] + ticks[4]
