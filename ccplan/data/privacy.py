"""People as codes: the same person, the same code in every file, and nobody named without the key.

Codes are a keyed hash (BLAKE2b, RFC 7693). Without the key a code cannot be traced by hashing every
possible name or number, which a plain hash would allow. Whoever has the key can link codes to people
they know, so the key stays with the user, outside the centre's folder and outside any repository.
Free text (a call's reason, an item's evidence) is not looked through.
"""

import base64
import hashlib
import os
import re
import secrets
import unicodedata
from pathlib import Path

import pandas as pd

KEY_BYTES = 32
LETTERS = 12  # 60 bits: among ten million people two share a code with a chance of 1 in 20,000
LEAST = 5     # people in a group that may be shown in something that is shared
OTHER = "other (small groups)"
PEOPLE = {  # table → column → kind; one person has one code whatever part he plays in a table
    "calls": {"agent": "person", "customer": "customer"}, "agents": {"agent": "person"},
    "activities": {"agent": "person"}, "evaluations": {"agent": "person", "evaluator": "person"},
    "checklist": {"owner": "person"}, "candidates": {"name": "person"},
}


def default_key_file():
    """Where a key is kept if no other place is named: the user's own configuration folder."""
    from platformdirs import user_config_path  # loads where it is used

    return user_config_path("ccplan", appauthor=False) / "people.key"


def make_key(file=None):
    """Make a new random key in `file`, readable by its owner only; returns its Path.

    Raises ValueError inside a git checkout, where it would be shared, and FileExistsError where
    there is a key already: a new one would give everybody new codes.
    """
    file = Path(file) if file else default_key_file()
    _refuse_repository(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileExistsError(f"{file} is there already and stays as it is: another key gives everybody another code") from None
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(KEY_BYTES) + "\n")
    return file


def read_key(file=None):
    """The key of a file that `make_key` made, as bytes.

    Raises ValueError where it is missing, damaged, or readable by others on this machine.
    """
    file = Path(file) if file else default_key_file()
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"{file} is no key that can be read: make one with ccplan.data.privacy.make_key") from problem
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise ValueError(f"{file} can be read by others on this machine: chmod 600 it, or make a new key")
    try:
        return _checked(bytes.fromhex(text))
    except ValueError:
        raise ValueError(f"{file} is damaged: a key is {2 * KEY_BYTES} hexadecimal digits") from None


def code(value, key, kind="person"):
    """The code of one person: three groups of four letters and digits; the same for the same person.

    `value` is a name or number; spaces at its ends and doubled ones do not count, 17 and "17" are
    one. `kind` keeps customers and agents with the same number apart. Raises ValueError for a key
    that is not 32 bytes. Source: RFC 7693, keyed mode.

    >>> key = bytes(32)
    >>> code("Ann", key) == code(" Ann ", key) != code("Ann", key, "customer")
    True
    >>> len(code("Ann", key))
    14
    """
    digest = hashlib.blake2b(_plain(value).encode(), digest_size=8, key=_checked(key), person=kind.encode()[:16]).digest()
    letters = base64.b32encode(digest).decode().lower()[:LETTERS]
    return "-".join(letters[i:i + 4] for i in range(0, LETTERS, 4))


def codes(values, key, kind="person"):
    """A Series of codes for a Series of people; a missing one stays missing.

    Raises ValueError in the unlikely case (see LETTERS) that two people get one code.
    """
    known = values.dropna().unique()
    coded = {value: code(value, key, kind) for value in known if _plain(value)}
    if len(set(coded.values())) < len({_plain(value) for value in coded}):
        raise ValueError("two people got the same code, once in a great many keys: make another key")
    return values.map(coded).astype("str")


def pseudonymise(frame, table, key):
    """A copy of a table's frame with codes in place of people.

    `table` is its name in PEOPLE; columns that are not there are passed over. Raises ValueError for a
    table that is not known, so that none is let through by mistake.

    >>> calls = pd.DataFrame({"call_id": ["1"], "agent": ["Ann"], "customer": ["555 0101"]})
    >>> pseudonymise(calls, "calls", bytes(32))["agent"].iloc[0] == code("Ann", bytes(32))
    True
    """
    if table in ("intervals", "ledger", "equipment"):
        return frame.copy()
    if table not in PEOPLE:
        raise ValueError(f"table must be one of {', '.join(PEOPLE)}, got {table!r}")
    there = {name: kind for name, kind in PEOPLE[table].items() if name in frame}
    return frame.assign(**{name: codes(frame[name], key, kind) for name, kind in there.items()})


def code_findings(findings, key):
    """Findings of the checks with codes in place of the people they name, for a report that is passed on.

    `findings` is the frame of a CheckReport. What is quoted in a message about an agent, evaluator,
    owner or customer is a name, and is coded too.
    """
    kinds = {column: kind for table in PEOPLE.values() for column, kind in table.items() if column != "name"}
    about = findings["column"].isin(list(kinds))
    coded = findings.copy()
    for row in findings.index[about]:
        kind = kinds[findings.at[row, "column"]]
        coded.at[row, "value"] = code(findings.at[row, "value"], key, kind) if pd.notna(findings.at[row, "value"]) else pd.NA
        coded.at[row, "message"] = re.sub(r"'([^']*)'", lambda name: code(name[1], key, kind), findings.at[row, "message"])
    return coded


def load_private(folder, table, key, centre=None):
    """A table of a folder with codes in place of people: the frame, pseudonymised on reading.

    `key` is bytes of `read_key`. Raises what `load_table` raises.
    """
    from .sources import load_table

    return pseudonymise(load_table(folder, table, centre).frame, table, key)


def pool_small_groups(frame, by, people, least=LEAST):
    """The frame with groups of fewer than `least` people renamed to one common group.

    `frame` has a row an observation, `by` names its group column and `people` the column that says
    whose it is. Sum and divide afterwards: ratios of sums stay right. If the common group is itself
    too small, the next smallest joins it; fewer than `least` people in all leave no row. Raises
    ValueError where a column is missing or `least` is below 2.

    >>> rows = pd.DataFrame({"team": ["A"] * 6 + ["B"] * 5 + ["C"] * 2, "agent": list("abcdefghijklm")})
    >>> pool_small_groups(rows, "team", "agent")["team"].unique().tolist()
    ['A', 'other (small groups)']
    """
    _refuse_unknown(frame, (by, people), least)
    sizes = frame.groupby(by, dropna=False)[people].nunique().sort_values(kind="stable")
    small = list(sizes.index[sizes < least])
    rest = [group for group in sizes.index if group not in small]
    if small and frame.loc[frame[by].isin(small), people].nunique() < least and rest:
        small.append(rest[0])  # or the one that was left out could be had from the total
    if frame[people].nunique() < least:
        return frame.iloc[:0]
    return frame.assign(**{by: frame[by].astype("str").mask(frame[by].isin(small) | frame[by].isna(), OTHER)})


def blank_small_groups(frame, people, least=LEAST):
    """The frame of groups with the numbers of small ones left blank, where they cannot be pooled.

    `people` is the column that counts the people of a row. Where one row alone is blank the next
    smallest is blanked too, for it could be had from the total. Raises ValueError as `pool_small_groups`.

    >>> rows = pd.DataFrame({"team": ["A", "B", "C"], "people": [9, 6, 2], "aht_s": [300.0, 310.0, 280.0]})
    >>> blank_small_groups(rows, "people")["aht_s"].tolist()
    [300.0, nan, nan]
    """
    _refuse_unknown(frame, (people,), least)
    hidden = frame[people] < least
    if hidden.sum() == 1 and len(frame) > 1:
        hidden |= frame.index == frame[people].mask(hidden).idxmin()
    numbers = frame.select_dtypes("number").columns
    return frame.assign(**{name: frame[name].mask(hidden) for name in numbers})


def _refuse_unknown(frame, columns, least):
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ValueError(f"the frame must have the column {missing[0]}, it has {', '.join(map(str, frame))}")
    if isinstance(least, bool) or not least >= 2:
        raise ValueError(f"least must be 2 or more people, got {least!r}")


def _plain(value):
    """A person as text that is the same wherever he is written."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of numbers with a gap in it
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def _checked(key):
    if not isinstance(key, bytes) or len(key) != KEY_BYTES:
        raise ValueError(f"a key must be {KEY_BYTES} bytes: read it with ccplan.data.privacy.read_key")
    return key


def _refuse_repository(file):
    for folder in file.resolve().parents:
        if (folder / ".git").exists():
            raise ValueError(f"{file} lies in a git checkout ({folder.name}), where a key would be shared: choose another place")
