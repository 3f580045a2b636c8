"""A centre's folder: its `centre.toml`, its tables, what was found in them, and the bundled sample."""

from .bundled import current_folder, sample_centre
from .centre import Centre, Costs, Hiring, Queue, Shrinkage, public_holidays
from .centre_file import CentreError
from .checks import CheckReport, check_folder
from .guesses import assume_centre
from .hours import OpeningHours
from .sources import Reading, load_intervals
from .starter import init_centre, load_centre, starter_toml
from .tables import TableError
from .text_files import SourceError

__all__ = [
    "Centre", "CentreError", "CheckReport", "Costs", "Hiring", "OpeningHours", "Queue", "Reading", "Shrinkage",
    "SourceError", "TableError", "assume_centre", "check_folder", "current_folder", "init_centre", "load_centre", "load_intervals",
    "public_holidays", "sample_centre", "starter_toml",
]
