"""A centre's folder: its `centre.toml`, its tables, what was found in them, and the bundled sample."""

import importlib

from .bundled import current_folder, sample_centre
from .logs.call_intervals import intervals_from_calls
from .campaigns import Campaign
from .budget_lines import BudgetLine
from .centre import Centre, Costs, Flex, Hiring, Queue, Shrinkage, public_holidays
from .centre_file import CentreError
from .checks.folder import CheckReport, check_folder
from .evidence.guesses import assume_centre
from .groups import Group, groups_of
from .hours import OpeningHours
from .logs.large import LargeCheck, faults_in_large
from .shifts import Break, Rostering, Shift
from .reading.mapping import MappingError, Preview, preview, read_mapping, write_mapping
from .sources import Reading, Tables, load_intervals, load_table, load_tables
from .starter import init_centre, load_centre, starter_toml
from .faults import TableError
from .reading.text_files import SourceError
from .reading.understand import FileMapping

_LATER = {  # loaded when first asked for: name → module of this room
    "estimates": "evidence.estimates",
    "suggestions": "evidence.suggestions",
    "privacy": "privacy",
    **dict.fromkeys(
        (
            "Estimate",
            "attrition",
            "estimates_of",
            "handle_time",
            "median_patience",
            "overdispersion",
            "patience",
            "patience_from_sums",
            "short_abandons",
            "shrinkage_by_cause",
            "still_waiting",
        ),
        "evidence.estimates",
    ),
    **dict.fromkeys(
        ("Suggestion", "SuggestionError", "accept", "evidence_only", "suggest", "suggestions_frame"),
        "evidence.suggestions",
    ),
    **dict.fromkeys(
        (
            "blank_small_groups",
            "load_private",
            "make_key",
            "one_by_one",
            "pool_small_groups",
            "pseudonymise",
            "read_key",
        ),
        "privacy",
    ),
}

__all__ = [
    "Break",
    "BudgetLine",
    "Campaign",
    "Centre",
    "CentreError",
    "CheckReport",
    "Costs",
    "FileMapping",
    "Flex",
    "Group",
    "Hiring",
    "LargeCheck",
    "MappingError",
    "OpeningHours",
    "Preview",
    "Queue",
    "Reading",
    "Rostering",
    "Shift",
    "Shrinkage",
    "SourceError",
    "TableError",
    "Tables",
    "assume_centre",
    "check_folder",
    "current_folder",
    "faults_in_large",
    "groups_of",
    "init_centre",
    "intervals_from_calls",
    "load_centre",
    "load_intervals",
    "load_table",
    "load_tables",
    "preview",
    "public_holidays",
    "read_mapping",
    "sample_centre",
    "starter_toml",
    "write_mapping",
    *_LATER,
]


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f".{_LATER[name]}", __name__)
    found = module if name in ("estimates", "suggestions", "privacy") else getattr(module, name)
    globals()[name] = found
    return found


def __dir__():
    return sorted({*globals(), *__all__})
