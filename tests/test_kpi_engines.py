"""The same call gives the same table from frames, from Parquet, on a PostgreSQL server and on a Spark cluster, which the tests start."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ccplan.auditing import measure
from tests.small_centre import BY, CENTRE, tables
from tests.test_databases import server  # noqa: F401  a PostgreSQL server of its own


@pytest.fixture(scope="module")
def frames():
    return tables()


@pytest.fixture(scope="module")
def answers(frames):
    """The local answers: frames whose times are the centre's, as its folder gives them."""
    local = {name: frame.assign(**{column: frame[column].dt.tz_convert(CENTRE.time_zone) for column in frame.select_dtypes("datetimetz")}) for name, frame in frames.items()}
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
    warehouse = ibis.postgres.connect(host="127.0.0.1", port=server.port, user="ann", password="s3cret", database="audit")
    try:
        for by, expected in zip(BY, answers, strict=True):
            same(measure(warehouse, by=by, centre=CENTRE), expected)
    finally:
        warehouse.disconnect()


def _fill(database, name, frame):
    kinds = {"M": "timestamp", "O": "text", "f": "numeric(12,2)", "b": "boolean"}
    columns = ", ".join(f'"{column}" {"timestamptz" if getattr(kind, "tz", None) else "boolean" if str(kind) == "boolean" else kinds[kind.kind]}' for column, kind in frame.dtypes.items())
    database.execute(f"CREATE TABLE {name} ({columns})")
    with database.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            copy.write_row([None if cell is None else str(cell) for cell in row])


def test_a_spark_cluster_gives_the_same(frames, answers, tmp_path):
    for what, there in (("Java", shutil.which("java")), ("pyspark", importlib.util.find_spec("pyspark"))):
        if not there:
            pytest.skip(f"{what} is not installed: a Spark cluster cannot be started")
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / f"{name}.parquet")
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "tests.measure_on_spark", str(tmp_path)], capture_output=True, text=True, timeout=300, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr[-3000:]
    assert "workers: 2" in done.stdout
    for i, expected in enumerate(answers[:2]):  # as many as measure_on_spark asks
        same(pd.read_pickle(tmp_path / f"answer-{i}.pickle"), expected)
