"""Tables in a database, by address, through Ibis: a DuckDB file opened read-only, or a PostgreSQL server.

`duckdb:///folder/file.duckdb` (a path from the root or, where there is no such file, from here) and
`postgres://user:password@host:port/database`. A password never stands in a message.
"""

from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pandas as pd

from .text_files import SourceError
from .understand import Cells

KINDS = ("duckdb", "postgres", "postgresql")
WAIT_S = 10  # for a server to answer at all


def read_database_table(address, table):
    """A table of a database as Cells; rows are numbered from 1 as they come.

    `table` is its name there, or schema.name. Raises SourceError (a ValueError) in words for a wrong
    address, no server, a refused password, a table that is not there, or a server that goes away.
    """
    with database_table(address, table) as rows:
        cells = rows.to_pandas()
    cells = cells.set_axis(pd.RangeIndex(1, len(cells) + 1), axis=0)
    cells = cells.assign(**{name: pd.to_numeric(cells[name]) for name in cells if _is_decimal(cells[name])})
    notes = (f"read from {without_password(address)}, table {table}",)
    return Cells(file=Path(table), cells=cells, kind=urlsplit(address).scheme, notes=notes)


@contextmanager
def database_table(address, table):
    """An open Ibis table of a database, for expressions that run there; closed at the end. Raises as
    `read_database_table`.
    """
    kind = urlsplit(address).scheme
    if kind not in KINDS:
        raise SourceError(f"address must begin with duckdb:/// or postgres://, got {without_password(address)!r}")
    connection = _duckdb(address) if kind == "duckdb" else _postgres(address)
    try:
        rows = _table(connection, address, table)
        with _in_words(address, f"while table {table} was read"):
            yield rows
    finally:
        connection.disconnect()


def without_password(address):
    """An address as it may be shown.

    >>> without_password("postgres://ann:secret@db.example/acd")
    'postgres://ann@db.example/acd'
    """
    parts = urlsplit(address)
    if not parts.netloc:
        return address.split("?")[0]
    user, at, host = parts.netloc.rpartition("@")
    return (
        parts._replace(netloc=user.split(":")[0] + at + host, query="").geturl()
        if at
        else parts._replace(query="").geturl()
    )


def _duckdb(address):
    import ibis  # loads where it is used

    path = "/" + unquote(urlsplit(address).path).lstrip("/")
    file = Path(path) if Path(path).is_file() else Path(path[1:])
    if urlsplit(address).netloc or not str(file).strip("."):
        raise SourceError(f"address must be duckdb:/// and the path of a file, got {address!r}")
    if not file.is_file():
        raise SourceError(f"{file} does not exist: name a DuckDB file")
    with _in_words(address, "while it was opened"):
        return ibis.duckdb.connect(str(file), read_only=True, autoinstall_known_extensions=False)


def _postgres(address):
    import ibis  # loads where it is used

    parts = urlsplit(address)
    if not parts.hostname or not parts.path.strip("/"):
        raise SourceError(
            f"address must be postgres://user:password@host:port/database, got {without_password(address)!r}"
        )
    try:
        port = parts.port or 5432
    except ValueError:
        raise SourceError(f"port must be a number up to 65535, got {without_password(address)!r}") from None
    options = {key: value for key, value in parse_qsl(parts.query) if key in ("sslmode", "sslrootcert")}
    with _in_words(address, "while it was opened"):
        return ibis.postgres.connect(
            host=unquote(parts.hostname),
            port=port,
            user=unquote(parts.username or "") or None,
            password=unquote(parts.password or "") or None,
            database=unquote(parts.path.strip("/")),
            connect_timeout=WAIT_S,
            options="-c default_transaction_read_only=on",
            **options,
        )


def _table(connection, address, table):
    schema, _, name = table.rpartition(".")
    with _in_words(address, "while its tables were listed"):
        there = _names(connection, schema)
        if name not in there:
            known = ", ".join(sorted(there)[:12]) or "none"
            raise SourceError(
                f"{without_password(address)} has no table {table!r} (has {known}): name it with source_table="
            )
        return connection.table(name, database=schema or None)


def _names(connection, schema):
    """Names of tables and views; from DuckDB by SQL, for Ibis's own listing needs an older DuckDB."""
    if connection.name != "duckdb":
        return connection.list_tables(database=schema or None)
    found = connection.raw_sql("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    return [name for owner, name in found if owner == (schema or "main")]


@contextmanager
def _in_words(address, when):
    """Whatever a driver raises, as one sentence without the password."""
    try:
        yield
    except ValueError:
        raise  # told in words already
    except Exception as problem:  # each driver has kinds of its own, and none may show a traceback to a planner
        said = " ".join(str(problem).split()).replace(unquote(urlsplit(address).password or "\0"), "…")
        raise SourceError(
            f"{without_password(address)} gave no answer {when}: {said[:200] or type(problem).__name__}"
        ) from None


def _is_decimal(column):
    from decimal import Decimal

    return column.dtype == object and column.map(lambda value: value is None or isinstance(value, Decimal)).all()
