"""Run by a test: measures the tables of a folder (Parquet) on a Spark cluster of two workers and writes the answers there."""

import os
import sys
from pathlib import Path

import ibis
from pyspark.sql import SparkSession

from ccplan.auditing import measure
from tests.small_centre import BY, CENTRE

ON_SPARK = 2  # of the ways to cut: starting a job takes Spark its time


def main(folder):
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"  # workers and driver find each other, whatever the machine calls itself
    session = (SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.sql.session.timeZone", "UTC").config("spark.ui.enabled", "false")
               .config("spark.sql.shuffle.partitions", "2").config("spark.log.level", "ERROR").config("spark.sql.warehouse.dir", str(folder / "warehouse")).getOrCreate())
    for file in folder.glob("*.parquet"):
        session.read.parquet(str(file)).createOrReplaceTempView(file.stem)
    warehouse = ibis.pyspark.connect(session)
    for i, by in enumerate(BY[:ON_SPARK]):
        measure(warehouse, by=by, centre=CENTRE).to_pickle(folder / f"answer-{i}.pickle")
    print("workers:", session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1)
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
