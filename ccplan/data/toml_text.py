"""Names and words as a TOML file writes them."""

import json
import re


def toml_word(value):
    """A text in quotes, true, false or a number, as TOML has it; JSON's escapes are TOML's, but for DEL.

    >>> toml_word("EUR"), toml_word(True), toml_word(15.0), toml_word(float("inf"))
    ('"EUR"', 'true', '15.0', 'inf')
    """
    if isinstance(value, float):
        return repr(float(value))
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(name):
    """A name as a key: in quotes where it needs them.

    >>> toml_key("aht_s"), toml_key("annual leave")
    ('aht_s', '"annual leave"')
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_word(name)
