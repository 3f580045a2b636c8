"""Where the bundled centre lies; `sample.py` makes it."""

import os
from pathlib import Path

from .centre_file import FILE_NAME


def sample_centre():
    """The folder of the bundled synthetic centre: from a checkout or from an installed wheel.

    Raises FileNotFoundError in words where neither is there.

    >>> (sample_centre() / "intervals.csv").is_file()
    True
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "bundled" / "sample", package.parent / "data" / "sample"):
        if (folder / FILE_NAME).is_file():
            return folder
    raise FileNotFoundError("the bundled centre is not installed: make it with python -m ccplan.data.sample FOLDER")


def current_folder():
    """The folder a notebook is about: the one that `ccplan lab FOLDER` was opened on, else the bundled centre."""
    return Path(os.environ.get("CCPLAN_FOLDER") or sample_centre())
