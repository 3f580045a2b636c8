"""People as codes: the same person, the same code in every file, and nobody named without the key.

Codes are a keyed hash (BLAKE2b, RFC 7693). Without the key a code cannot be traced by hashing every
possible name or number, which a plain hash would allow. Whoever has the key can link codes to people
they know, so the key stays with the user, outside the centre's folder and outside any repository.
Free text (a call's reason, an item's evidence) is not looked through in a table; in a report it is never
shown, and neither is a cell that stands where it should not: it could be a name in the wrong column.
"""

import base64
import functools
import hashlib
import os
import re
import secrets
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd

from .given import given_table

KEY_BYTES = 32
LETTERS = 12  # 60 bits: among ten million people two share a code with a chance of 1 in 20,000
LEAST = 5  # people in a group that may be shown in something that is shared
OTHER = "other (small groups)"
FREE = ("reason", "evidence", "fault", "skills")  # text that may hold a name
MAKE_ONE = "make one with ccplan key"
PEOPLE = {  # table → column → kind; one person has one code whatever part he plays in a table
    "calls": {"agent": "person", "customer": "customer"},
    "agents": {"agent": "person"},
    "activities": {"agent": "person"},
    "evaluations": {"agent": "person", "evaluator": "person"},
    "checklist": {"owner": "person"},
    "candidates": {"name": "person"},
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
        raise FileExistsError(
            f"{file} is there already and stays as it is: another key gives everybody another code"
        ) from None
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
        raise ValueError(f"{file} is no key that can be read: {MAKE_ONE}") from problem
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise ValueError(f"{file} can be read by others on this machine: chmod 600 it, or make a new key")
    try:
        return _checked(bytes.fromhex(text))
    except ValueError:
        raise ValueError(f"{file} is damaged: a key is {2 * KEY_BYTES} hexadecimal digits") from None


def throwaway_key():
    """A key that is kept nowhere: codes of one report, that nobody can trace or link to another report's."""
    return secrets.token_bytes(KEY_BYTES)


def centre_folder_of(file):
    """The folder of a centre that a file lies in (it holds a `centre.toml`, or tables beside the file), None where
    it is in none.
    """
    from .tables import TABLES

    here, *above = Path(file).resolve().parents
    tables = any((here / f"{name}.csv").is_file() for name in TABLES)
    return (
        here if tables else next((folder for folder in (here, *above[:2]) if (folder / "centre.toml").is_file()), None)
    )


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
    digest = hashlib.blake2b(
        _plain(value).encode(), digest_size=8, key=_checked(key), person=kind.encode()[:16]
    ).digest()
    letters = base64.b32encode(digest).decode().lower()[:LETTERS]
    return "-".join(letters[i : i + 4] for i in range(0, LETTERS, 4))


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
    given_table(frame, table, keys=there)
    return frame.assign(**{name: codes(frame[name], key, kind) for name, kind in there.items()})


def people_in(frames):
    """{name: kind} of everybody whom the frames (by table name) hold in their columns of people.

    >>> people_in({"agents": pd.DataFrame({"agent": ["Ann", "Béa"]})})
    {'Ann': 'person', 'Béa': 'person'}
    """
    known = {}
    for table, frame in frames.items():
        for name, kind in PEOPLE.get(table, {}).items():
            if name in frame and not (table == "candidates" and name == "name"):  # candidates may be telephone systems
                known |= dict.fromkeys(frame[name].dropna().astype("str").unique(), kind)
    return known


def code_findings(findings, key, known=None, columns=None, spare=()):
    """Findings of the checks with codes in place of the people they name, for a report that is passed on.

    `findings` is the frame of a CheckReport. A value or quoted word about a person is coded; so is every
    cell that is neither a plain number or time nor a word of ours, for it may be a name that slipped into
    the wrong column; and every place where one of the `known` people ({name: kind}) is written, but in the
    words to `spare` (names of queues). `columns` is {table: {ours: theirs}}: a column of the file without a
    meaning of ours is told without its values.
    """
    scrub = _Scrub(known or {}, key, spare)
    coded = findings.copy()
    for row in findings.index:
        value, message = _coded_finding(findings.loc[row], key, columns or {})
        for name, told in (("value", value), ("message", message), ("queue", findings.at[row, "queue"])):
            coded.at[row, name] = scrub(told)
    return coded


def _coded_finding(found, key, columns):
    """(value, message) of one finding without names."""
    table, value, message, rule = found["table"], found["value"], str(found["message"]), str(found["rule"])
    if table == "centre":
        return value, message
    named = {theirs: ours for ours, theirs in columns.get(table, {}).items()}
    column = named.get(found["column"], found["column"])
    kind = PEOPLE.get(table, {}).get(column)
    if kind:
        return _coded(value, key, kind), _quoted(message, lambda word: code(word, key, kind))
    if column and (column in FREE or not _ours(table, column)):
        return _coded(
            value, key, "text"
        ), f"{found['rows']:,} row{'s' * int(found['rows'] != 1)}: {found['column']} {rule}"
    if column == "queue":
        return value, message
    return value if innocent(value) else _coded(value, key, "text"), private_words(message, key)


def _ours(table, column):
    from .reading.headers import HELPERS
    from .tables import TABLES

    return table not in TABLES or column in TABLES[table].names or column in HELPERS or column in ("date", "time")


def _coded(value, key, kind):
    return code(value, key, kind) if pd.notna(value) and _plain(value) else value


def private_words(text, key):
    """Words of an error or a note with codes for what they quote of a file's cells; lists of its headers are cut.

    Numbers, times and words of ours stay. A file without a header has its first row where names of columns
    would be, so those are not told either.

    >>> private_words("wait_s must be a number, got 'Ann', '12,5'", bytes(32)).count("Ann")
    0
    """
    text = re.sub(r"\s*\(has .*?(?=; [^;]* left aside|$)", "", text, flags=re.DOTALL)

    def told(word):
        return word if innocent(word.replace(",", "")) else code(word, key, "text")

    text = re.sub(r"(?<=(?:up|wn) to )-?[\d,.]*\d", lambda number: told(number[0]), text)
    return _quoted(text, told)


def private_error(problem, key):
    """The same error without what it quotes of a file's cells; what is wrong in a file of settings stays."""
    from .centre_file import CentreError
    from .faults import TableError
    from .reading.mapping import MappingError
    from .reading.text_files import SourceError

    if isinstance(problem, (CentreError, MappingError)):
        return problem

    if isinstance(problem, TableError):
        values = [value if innocent(value) else _coded(value, key, "text") for value in problem.faults["value"]]
        coded = pd.Series(values, problem.faults.index, dtype=object)
        return TableError(problem.file, problem.faults.assign(value=coded).drop(columns="file"))
    kind = SourceError if isinstance(problem, SourceError) else ValueError
    return kind(private_words(str(problem), key))


def innocent(value):
    """True for a cell that tells nothing of a person: a number of up to six digits, a time, a word of ours.

    >>> innocent("2026-01-31 08:30"), innocent("12,5"), innocent("Ann"), innocent(358401112222)
    (True, True, False, False)
    """
    if value is None or isinstance(value, (bool, pd.Timestamp)) or (not isinstance(value, str) and pd.isna(value)):
        return True
    text = str(value).strip()
    if " to " in text:
        return all(map(innocent, text.split(" to ")))
    if re.fullmatch(r"[-+]?[\d\s.,:/%+TZ-]*([AaPp]\.?[Mm]\.?)?", text):
        times = re.fullmatch(
            r"(19|20)\d\d[-./ ]?\d\d?([-./ ]?\d\d?)?([T ].*)?|\d\d?[-./]\d\d?[-./]\d{2,4}([T ,].*)?", text
        )
        return bool(times) or sum(sign.isdigit() for sign in text.split(".")[0]) <= 6
    return text.casefold() in _our_words() or bool(
        re.fullmatch(r"(-?[a-z_]+ -?[\d.e+]{1,8}(, )?)+", text)
    )  # "answered 5, offered 3"


@functools.cache
def _our_words():
    from .reading.header_words import CELL_WORDS, NO, YES
    from .reading.numbers import NOTHING

    words = {word for kind in CELL_WORDS.values() for ours, theirs in kind.items() for word in (ours, *theirs)}
    return words | {*NO, *YES, *NOTHING}


def _quoted(text, instead):
    """The text with another word for each quoted one; an apostrophe within a word quotes nothing."""
    return re.sub(r"(?<!\w)(['\"])(.*?)\1(?!\w)", lambda found: instead(found[2]), text, flags=re.DOTALL)


class _Scrub:
    """Replaces known people in a text, wherever they stand: by runs of words, so that it is quick for many people."""

    def __init__(self, known, key, spare):
        self.key = key
        spared = {_words(name) for name in spare}
        self.known = {_words(name): (name, kind) for name, kind in known.items()}
        self.known = {
            words: who for words, who in self.known.items() if words and words not in spared and not _is_count(words)
        }
        self.longest = max(map(len, self.known), default=0)

    def __call__(self, text):
        if not isinstance(text, str) or not self.known:
            return text
        parts = list(re.finditer(r"\w+", text))
        words, out, done, at = [part[0].casefold() for part in parts], [], 0, 0
        while at < len(parts):
            size = next(
                (
                    n
                    for n in range(min(self.longest, len(parts) - at), 0, -1)
                    if tuple(words[at : at + n]) in self.known
                ),
                0,
            )
            if size:
                name, kind = self.known[tuple(words[at : at + size])]
                out += [text[done : parts[at].start()], code(name, self.key, kind)]
                done = parts[at + size - 1].end()
            at += max(size, 1)
        return "".join([*out, text[done:]])


def _words(name):
    return tuple(re.findall(r"\w+", str(name).casefold()))


def _is_count(words):
    """A short number is no name in a text: it stands there as a count or a row."""
    return len(words) == 1 and words[0].isdigit() and len(words[0]) < 5


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
    given_table(frame, "the frame", keys=[by, people])
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

    `people` is the column that counts the people of a row. What is blank can be had together from the
    total, so the next smallest groups are blanked too until two groups at least and `least` people stand
    behind it (complementary suppression; Hundepool et al., Statistical Disclosure Control, 2012, section
    4.4). Raises ValueError as `pool_small_groups`.

    >>> rows = pd.DataFrame({"team": ["A", "B", "C"], "people": [9, 6, 2], "aht_s": [300.0, 310.0, 280.0]})
    >>> blank_small_groups(rows, "people")["aht_s"].tolist()
    [300.0, nan, nan]
    """
    _refuse_unknown(frame, (people,), least)
    size = given_table(frame, "the frame", numbers=[people])[people].fillna(0).to_numpy(float)
    hidden = (size < least) & (size > 0)
    for at in np.argsort(size, kind="stable"):
        if not hidden.any() or (hidden.sum() > 1 and size[hidden].sum() >= least):
            break
        hidden[at] |= size[at] > 0
    numbers = frame.select_dtypes("number").columns
    return frame.assign(**{name: frame[name].mask(hidden) for name in numbers})


def one_by_one(frame, people, by=None, least=LEAST):
    """The frame of a list of people, if it may be shared: no group, and not the whole, of fewer than `least` people.

    `people` is the column that says whose a row is; `by` the column of their group, which is pooled where
    it is small (see `pool_small_groups`). Raises ValueError where fewer than `least` people are in it at all.

    >>> one_by_one(pd.DataFrame({"agent": list("abcde"), "aht_s": 300.0}), "agent")["agent"].nunique()
    5
    """
    _refuse_unknown(frame, (people,), least)
    if given_table(frame, "the frame", keys=[people])[people].nunique() < least:
        raise ValueError(
            f"a list of {frame[people].nunique()} people is not shared: they could be told one by one, "
            f"{least} are needed"
        )
    return frame if by is None else pool_small_groups(frame, by, people, least)


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
            raise ValueError(
                f"{file} lies in a git checkout ({folder.name}), where a key would be shared: choose another place"
            )
