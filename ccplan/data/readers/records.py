"""Records of JSON, however a system writes them: a list, one object a line, or one after the other."""

import json

from ..reading.text_files import SourceError, read_text


def read_records(file, within=()):
    """(objects of a JSON file, encoding); `within` names keys whose lists hold the records.

    Raises SourceError (a ValueError) naming the place where it is no JSON.
    """
    text, encoding = read_text(file)
    records = []
    for value in _values(file, text):
        lists = [value[key] for key in within if isinstance(value, dict) and isinstance(value.get(key), list)]
        records += lists[0] if lists else value if isinstance(value, list) else [value]
    return [record for record in records if isinstance(record, dict)], encoding


def _values(file, text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at] in " \t\r\n,":
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as problem:
            raise SourceError(f"{file} is no JSON at line {problem.lineno}: {problem.msg} — was it cut off?") from None
        except RecursionError:
            raise SourceError(f"{file} is nested too deeply to be an export") from None
        yield value


def at(record, *path):
    """A value deep in a record, None where a step is missing.

    >>> at({"Queue": {"Name": "sales"}}, "Queue", "Name")
    'sales'
    """
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def listed(record, *path):
    """The objects of a list deep in a record, none where it is missing."""
    found = at(record, *path)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
