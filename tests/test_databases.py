"""Tables in databases: a DuckDB file read where it lies, a PostgreSQL server that the test starts itself."""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from ccplan.data import Centre, SourceError, load_intervals
from ccplan.data.logs.call_intervals import intervals_from_calls
from ccplan.data.reading.databases import database_table, read_database_table, without_password
from ccplan.data.logs.large import faults_in_large
from ccplan.data.sources import load_table

HELSINKI = Centre(name="x", time_zone="Europe/Helsinki")
CALLS = pd.DataFrame(
    {
        "call_id": ["a", "b", "c", "d"],
        "queue": "sales",
        "arrived": pd.to_datetime(
            ["2026-01-05 07:00", "2026-01-05 07:10", "2026-01-05 07:29:59.5", "2026-01-05 07:30"],
            utc=True,
            format="ISO8601",
        ),
        "wait_s": [10.0, 40.0, 25.0, -1.0],
        "outcome": ["answered", "abandoned", "answered", "answered"],
        "talk_s": [100.0, 0.0, 200.0, 300.0],
    }
)


def in_words(work):
    with pytest.raises(SourceError) as caught:
        work()
    return str(caught.value)


@pytest.fixture
def file(tmp_path):
    import duckdb

    path = tmp_path / "acd.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute("CREATE TABLE cdr AS SELECT * FROM CALLS WHERE wait_s >= 0")
        database.execute(
            "CREATE TABLE intervals AS SELECT TIMESTAMP '2026-01-05 08:00' AS start, 3::INT AS offered, 7.5::DECIMAL(9,2) AS talk_s"
        )
    return path


def test_a_duckdb_file(file):
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    reading = load_table(f"duckdb:///{file}", "calls", HELSINKI, source_table="cdr")
    assert (
        reading.frame["call_id"].tolist() == ["a", "b", "c"]
        and str(reading.frame["arrived"][0]) == "2026-01-05 09:00:00+02:00"
    )
    assert load_intervals(f"duckdb://{file}", HELSINKI).frame["talk_s"].tolist() == [7.5]
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before and [f.name for f in file.parent.iterdir()] == [
        "acd.duckdb"
    ]


def test_wrong_addresses_are_told(file, tmp_path):
    assert "has no table 'calls' (has cdr, intervals)" in in_words(
        lambda: load_table(f"duckdb://{file}", "calls", HELSINKI)
    )
    assert "does not exist" in in_words(lambda: read_database_table(f"duckdb://{tmp_path}/no.duckdb", "calls"))
    assert "must begin with duckdb:/// or postgres://" in in_words(
        lambda: read_database_table("mysql://me:secret@host/db", "calls")
    )
    assert "port must be a number" in in_words(lambda: read_database_table("postgres://host:99999999/db", "calls"))
    (tmp_path / "junk.duckdb").write_bytes(b"this is no database" * 1000)
    assert "gave no answer while it was opened" in in_words(
        lambda: read_database_table(f"duckdb://{tmp_path}/junk.duckdb", "calls")
    )
    assert not (tmp_path / "no.duckdb").exists()


def test_no_server(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = in_words(lambda: load_table(f"postgres://ann:s3cret@127.0.0.1:{port}/acd", "calls", HELSINKI))
    assert "gave no answer while it was opened" in words and "s3cret" not in words and f"ann@127.0.0.1:{port}" in words


def test_a_password_is_never_shown():
    assert without_password("postgres://a:b:c@h:1/d?sslmode=require&password=x") == "postgres://a@h:1/d"


class Server:
    """A PostgreSQL server of its own in a temporary folder, run by a user without rights."""

    def __init__(self, programs, folder):
        self.programs, self.folder = Path(programs), Path(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.user = next((u for u in ("postgres", "nobody") if os.geteuid() == 0 and _known(u)), None)
        (self.folder / "password").write_text("s3cret\n")
        if self.user:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, self.user)
        self.run(
            "initdb",
            "-D",
            self.folder / "data",
            "-U",
            "ann",
            "-A",
            "scram-sha-256",
            f"--pwfile={self.folder / 'password'}",
            "-E",
            "UTF8",
            "--no-sync",
        )

    def run(self, program, *words):
        command = [str(self.programs / program), *map(str, words)]
        if self.user:
            command = [
                "setpriv",
                "--reuid",
                self.user,
                "--regid",
                str(pwd.getpwnam(self.user).pw_gid),
                "--clear-groups",
                *command,
            ]
        with open(self.folder.parent / f"{self.folder.name}.out", "w") as out:  # a pipe would stay open in the server
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60)
        if done.returncode:
            raise OSError(Path(out.name).read_text()[-500:])

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run(
            "pg_ctl", "-D", self.folder / "data", "-o", options, "-l", self.folder / "log", "-w", "-t", 30, "start"
        )

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def address(self, password="s3cret"):
        return f"postgres://ann:{password}@127.0.0.1:{self.port}/postgres"


def _known(user):
    try:
        return bool(pwd.getpwnam(user)) and shutil.which("setpriv") is not None
    except KeyError:
        return False


def cannot(why):
    """No engine here: skipped in words, but a failure where everything must be tested."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must test every engine: {why}")
    pytest.skip(why)


@pytest.fixture(scope="module")
def server():
    homes = [
        *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True),
        *filter(None, [shutil.which("initdb") and str(Path(shutil.which("initdb")).parent)]),
    ]
    programs = next(
        (home for home in homes if all((Path(home) / name).exists() for name in ("initdb", "pg_ctl", "postgres"))), None
    )
    if programs is None:
        cannot("PostgreSQL is not installed (apt-get install postgresql): its server cannot be started")
    folder = tempfile.mkdtemp(prefix="ccplan-postgres-")
    try:
        try:
            server = Server(programs, folder)
            server.start()
        except (OSError, subprocess.SubprocessError) as problem:
            cannot(f"a PostgreSQL server cannot be started here: {problem}")
        fill(server)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.out").unlink(missing_ok=True)


def fill(server):
    import psycopg

    with psycopg.connect(server.address(), autocommit=True) as database:
        database.execute(
            "CREATE TABLE calls (call_id text, queue text, arrived timestamptz, wait_s float8, outcome text, talk_s numeric(9,2))"
        )
        for row in CALLS.itertuples(index=False):
            database.execute("INSERT INTO calls VALUES (%s, %s, %s, %s, %s, %s)", tuple(row))
        database.execute("CREATE SCHEMA old")
        database.execute('CREATE TABLE old."Log" AS SELECT * FROM calls WHERE wait_s >= 0')


def test_postgresql_is_read(server):
    reading = load_table(server.address(), "calls", HELSINKI, source_table="old.Log")
    assert reading.kind == "postgres" and reading.frame["talk_s"].tolist() == [100, 0, 200]
    assert str(reading.frame["arrived"][2]) == "2026-01-05 09:29:59.500000+02:00"
    assert "s3cret" not in " ".join(reading.notes) and any(
        "read from postgres://ann@127.0.0.1" in note for note in reading.notes
    )
    with pytest.raises(ValueError, match="wait_s must be 0 or more, got -1 in row 4"):
        load_table(server.address(), "calls", HELSINKI)


def test_postgresql_counts_where_the_rows_lie(server):
    frame = intervals_from_calls(server.address(), HELSINKI, 1800)
    assert frame["offered"].tolist() == [3, 1] and frame["answered_in_target"].tolist() == [1, 1]
    assert str(frame["start"][0]) == "2026-01-05 09:00:00+02:00" and frame["talk_s"].tolist() == [300, 300]
    pd.testing.assert_frame_equal(frame, intervals_from_calls(CALLS, HELSINKI, 1800))
    with database_table(server.address(), "calls") as calls:
        assert faults_in_large(calls).counts.to_dict("records") == [
            {"column": "wait_s", "rule": "must be 0 or more", "rows": 1}
        ]


def test_postgresql_refusals_are_told(server):
    assert "password" in in_words(lambda: read_database_table(server.address("wrong-one"), "calls")).lower()
    assert "wrong-one" not in in_words(lambda: read_database_table(server.address("wrong-one"), "calls"))
    assert "has no table 'cdr' (has calls)" in in_words(lambda: read_database_table(server.address(), "cdr"))
    assert "gave no answer" in in_words(
        lambda: read_database_table(server.address().replace("/postgres", "/nowhere")[:-1] + "x", "calls")
    )


def test_postgresql_cannot_be_written_to(server):
    import psycopg

    with database_table(server.address(), "calls") as calls:
        backend = calls.get_backend()
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            backend.con.execute("DELETE FROM calls")
        backend.con.rollback()


def test_a_server_that_goes_away_is_told(server):
    def read():
        with database_table(server.address(), "calls") as calls:
            server.stop()
            calls.to_pandas()

    try:
        start = time.monotonic()
        words = in_words(read)
        assert "gave no answer while table calls was read" in words and time.monotonic() - start < 30
    finally:
        server.start()
    assert len(read_database_table(server.address(), "calls").cells) == 4


@pytest.mark.parametrize("how", ["ended by the administrator", "killed by the system"])
def test_a_query_whose_server_process_goes_away_in_its_midst_is_told(server, how):
    """Reading and counting, each while the server works on the query: in words, at once, without the password; the
    next try works.
    """
    import psycopg

    with psycopg.connect(server.address(), autocommit=True) as admin:
        admin.execute(
            "CREATE OR REPLACE VIEW slow AS SELECT calls.* FROM calls, (SELECT pg_sleep(20)) AS pause WHERE wait_s >= 0"
        )
    for work in (
        lambda: load_table(server.address(), "calls", HELSINKI, source_table="slow"),
        lambda: _counted_slowly(server),
    ):
        ended = threading.Thread(target=_end_query, args=(server, how))
        ended.start()
        begin = time.monotonic()
        words = in_words(work)
        ended.join()
        assert (
            "gave no answer while table slow was read" in words
            and "s3cret" not in words
            and time.monotonic() - begin < 15
        )
        assert len(_when_up(lambda: load_table(server.address(), "calls", HELSINKI, source_table="old.Log").frame)) == 3


def _counted_slowly(server):
    with database_table(server.address(), "slow") as rows:
        return intervals_from_calls(rows, HELSINKI, 1800)


def _end_query(server, how):
    """End the server process that works on the slow query, as soon as it does."""
    import psycopg

    with psycopg.connect(server.address(), autocommit=True) as admin:
        query = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%slow%' AND state = 'active' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'"
        until = time.monotonic() + 15
        while not (found := admin.execute(query).fetchall()) and time.monotonic() < until:
            time.sleep(0.05)
        if how == "killed by the system":
            os.kill(found[0][0], signal.SIGKILL)
        else:
            admin.execute("SELECT pg_terminate_backend(%s)", found[0])


def _when_up(work):
    """What `work` gives once the server, which restarts after a kill, answers again."""
    until = time.monotonic() + 20
    while True:
        try:
            return work()
        except SourceError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
