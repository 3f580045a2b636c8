"""What a ready reader is, and the list of them."""

import gzip
import importlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from ..reading.text_files import SourceError

LOOK_BYTES = 65_536
MODULES = ("asterisk", "amazon_connect", "genesys", "avaya_cms", "cisco_uccx")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A ready reader: `looks_like(head)` knows it by a file's first text, `read(file, table)` gives Cells."""

    kind: str
    says: str
    tables: tuple
    looks_like: Callable
    read: Callable


def readers():
    """All ready readers, as a tuple of Reader."""
    modules = (importlib.import_module(f".{name}", __package__) for name in MODULES)
    return tuple(reader for module in modules for reader in module.READERS)


def reader_of_kind(kind):
    """The reader of that kind (None for "table", a plain one); ValueError listing the kinds where there is none.

    >>> reader_of_kind("asterisk").tables
    ('calls',)
    """
    if kind == "table":
        return None
    known = {reader.kind: reader for reader in readers()}
    if kind not in known:
        raise SourceError(f"kind must be one of table, {', '.join(known)}, got {kind!r}")
    return known[kind]


def find_reader(file):
    """The reader that knows a file by its first text, None where none does."""
    head = _head(file)
    return next((reader for reader in readers() if reader.looks_like(head)), None) if head else None


def _head(file):
    """The first text of a file, "" for what is no text; a damaged or missing file is told by who reads it."""
    try:
        with open(file, "rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(file, "rb") as source:
            data = source.read(LOOK_BYTES)
    except (OSError, EOFError, zlib.error):
        return ""
    return "" if b"\0" in data else data.decode("utf-8-sig", "replace")
