"""What a row of the table is, and the few tools that every benchmark measures with."""

import importlib.util
import json
import os
import subprocess
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


def best_runs(turns, shortest=("seconds",)):
    """Of runs in turn, each a mapping: what was done in the least time, and its peak of memory in any of them."""
    for runs in zip(*turns, strict=True):
        least = {name: min(run[name] for run in runs) for name in shortest}
        yield runs[0] | least | {"peak": max(run["peak"] for run in runs)}


def in_a_process(module, *arguments):
    """What `python -m benchmarks.MODULE ARGUMENTS` prints as JSON: in a process of its own, whose memory is its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return json.loads(told.stdout)


def late(times):
    """The 95th percentile of some times."""
    return sorted(times)[max(round(0.95 * len(times)) - 1, 0)]


def unknown(names, known, what):
    """Words about names that are not among the known ones; an empty text where all are."""
    wrong = [name for name in names if name not in known]
    return f"there is no {what} {', '.join(wrong)}; {what}s are {', '.join(known)}" if wrong else ""


def say(words):
    """Tell a person who waits what is being done."""
    print(words, file=sys.stderr, flush=True)


def load():
    """How many programs were at work on the cores in the last minute; not a number where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def peak_bytes(whose=None):
    """The most memory that this process (or one of its `children`) has had; nan where the system does not say."""
    if resource is None:
        return float("nan")
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
