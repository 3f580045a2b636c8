"""Run by a test: measures the tables of a folder (Parquet) on a Spark cluster of two workers and writes the answers
there.
"""

import os
import sys
from pathlib import Path

from ccplan.auditing import measure
from tests.small_centre import BY, CENTRE

ON_SPARK = 2  # of the ways to cut: starting a job takes Spark its time
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"  # few rows: to compile well takes longer than to count
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.shuffle.compress": "false",
}


def main(folder):
    os.environ |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(
            folder / "spark"
        ),  # workers and driver find each other, whatever the machine calls itself
        "SPARK_WORKER_DIR": str(folder / "work"),
        "JAVA_TOOL_OPTIONS": QUICK,
    }
    session = _session(folder)
    workers = session.sparkContext._jsc.sc().getExecutorMemoryStatus
    for file in folder.glob("*.parquet"):
        session.read.parquet(str(file)).createOrReplaceTempView(file.stem)
    import ibis

    warehouse = ibis.pyspark.connect(session)
    for i, by in enumerate(BY[:ON_SPARK]):
        measure(warehouse, by=by, centre=CENTRE).to_pickle(folder / f"answer-{i}.pickle")
    print("workers:", workers().size() - 1)
    _stop(session)


def _session(folder):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config(
        "spark.sql.warehouse.dir", str(folder / "warehouse")
    )
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _stop(session):
    """Stops the cluster, and waits until its Java is gone."""
    java = session.sparkContext._gateway.proc
    session.stop()
    java.stdin.close()
    java.wait(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
