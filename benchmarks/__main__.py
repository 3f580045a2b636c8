"""`python -m benchmarks [TOPIC …]`: one table, ccplan beside its peers, measured in this run on this machine.

Prints the topics as they are done and writes them to benchmarks/results/. Ends with an error if a promise was not kept.
"""

import sys
import time

from . import results
from .measuring import Others, load, say, unknown
from .table import printed
from .topics import TOPICS, measured


def main(names=(), folder=results.FOLDER):
    """Measure some topics, or all; the words to end with, 0 where every promise was kept."""
    if words := unknown(names, TOPICS, "topic"):
        return words
    before, others, rows, seconds = load(), Others(), {}, {}
    for name in names or TOPICS:
        begin = time.perf_counter()
        rows[name] = measured(name)
        seconds[name] = time.perf_counter() - begin
        print(f"\n{TOPICS[name][0]} ({seconds[name]:.0f} s)\n\n{printed(rows[name])}", flush=True)
    file = results.write(results.result(rows, load=before, others=others.share, seconds=seconds), folder)
    say(f"\nwritten: {file} and {file.with_suffix('.md').name}")
    failed = [row.what for of in rows.values() for row in of if row.kept is False]
    return f"promise not kept: {'; '.join(failed)}" if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
