"""The same call gives the same table from frames, from Parquet, on a PostgreSQL server and on a Spark cluster,
which the tests start.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ccplan.auditing import measure
from tests.effort import DEEP
from tests.small_centre import BY, CENTRE, tables
from tests.measure_on_spark import ON_SPARK
from tests.test_databases import cannot, server  # noqa: F401  a PostgreSQL server of its own

SPARK_S = 600  # a minute on a machine that has nothing else to do


@pytest.fixture(scope="module")
def frames():
    return tables()


@pytest.fixture(scope="module")
def answers(frames):
    """The local answers: frames whose times are the centre's, as its folder gives them."""
    local = {
        name: frame.assign(
            **{column: frame[column].dt.tz_convert(CENTRE.time_zone) for column in frame.select_dtypes("datetimetz")}
        )
        for name, frame in frames.items()
    }
    return [measure(local, by=by, centre=CENTRE) for by in BY]


def same(found, expected):
    assert len(found) > 5 and found.attrs["missing"] == expected.attrs["missing"]
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-9, atol=1e-9, check_dtype=False)


def test_parquet_gives_the_same(frames, answers, tmp_path):
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    lying = {name: tmp_path / f"{name}.parquet" for name in frames}
    for by, expected in zip(BY, answers, strict=True):
        same(measure(lying, by=by, centre=CENTRE), expected)


def test_a_postgresql_server_gives_the_same(server, frames, answers):  # noqa: F811
    import ibis
    import psycopg

    with psycopg.connect(server.address(), autocommit=True) as database:
        database.execute("CREATE DATABASE audit")
    with psycopg.connect(server.address()[: -len("postgres")] + "audit", autocommit=True) as database:
        for name, frame in frames.items():
            _fill(database, name, frame)
    warehouse = ibis.postgres.connect(
        host="127.0.0.1", port=server.port, user="ann", password="s3cret", database="audit"
    )
    try:
        for by, expected in zip(BY, answers, strict=True):
            same(measure(warehouse, by=by, centre=CENTRE), expected)
    finally:
        warehouse.disconnect()


def _fill(database, name, frame):
    kinds = {"M": "timestamp", "O": "text", "f": "numeric(12,2)", "b": "boolean"}
    columns = ", ".join(
        f'"{column}" {"timestamptz" if getattr(kind, "tz", None) else "boolean" if str(kind) == "boolean" else kinds[kind.kind]}'
        for column, kind in frame.dtypes.items()
    )
    database.execute(f"CREATE TABLE {name} ({columns})")
    with database.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            copy.write_row([None if cell is None else str(cell) for cell in row])


@pytest.mark.skipif(not (DEEP or os.environ.get("CCPLAN_SPARK")), reason="a cluster takes a minute: make test-spark")
def test_a_spark_cluster_gives_the_same(frames, answers, tmp_path):
    for what, there in (
        ("Java 17 (apt-get install openjdk-17-jre-headless)", shutil.which("java")),
        ("pyspark (make test EXTRAS=test,spark)", importlib.util.find_spec("pyspark")),
    ):
        if not there:
            cannot(f"{what} is not installed: a Spark cluster cannot be started")
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    told = _on_spark(tmp_path)
    assert "workers: 2" in told
    for i, expected in enumerate(answers[:ON_SPARK]):
        same(pd.read_pickle(tmp_path / f"answer-{i}.pickle"), expected)


def _on_spark(folder):
    """What measure_on_spark says; whatever becomes of it, none of its processes is left behind."""
    with (
        open(folder / "out.txt", "w") as out,
        open(folder / "err.txt", "w") as err,
    ):  # a pipe would stay open in its Java
        program = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.measure_on_spark", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=Path(__file__).parents[1],
            start_new_session=True,
        )
        try:
            code = program.wait(SPARK_S)
        except subprocess.TimeoutExpired:
            code = f"no end within {SPARK_S} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
    assert code == 0, f"{code}: {(folder / 'err.txt').read_text()[-3000:]}"
    return (folder / "out.txt").read_text()
