"""`python -m benchmarks`: every comparison, one table, ratios measured in this run on this machine."""

import platform
import sys
from importlib.metadata import version

from . import call_log, kpis, money, panels, rosters, scheduling, staffing, through_day


def main():
    print(f"Python {platform.python_version()}, {platform.machine()}, ccplan {version('ccplan')}, "
          f"numpy {version('numpy')}, scipy {version('scipy')}, pyworkforce {version('pyworkforce')}, "
          f"pandas {version('pandas')}, duckdb {version('duckdb')}, ibis {version('ibis-framework')}\n")
    rows = [*staffing.rows(), *through_day.rows(), *call_log.rows(), *kpis.rows(), *money.rows(), *scheduling.rows(), *rosters.rows(), *panels.rows()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    failed = [row[0] for row in rows if row[-1].startswith("NOT")]
    sys.exit(f"promise not kept: {'; '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
