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


def notebooks_folder():
    """The folder of the notebooks: of a checkout or of an installed wheel.

    Raises FileNotFoundError in words where neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "bundled" / "notebooks", package.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the notebooks are not installed: install ccplan again, or run from a checkout")


def validation_folder():
    """The folder of what the library is held against: published examples, figures of real centres.

    Raises FileNotFoundError in words where it was not installed.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "bundled" / "validation", package.parent / "data" / "validation"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the published examples are not installed: install ccplan again, or run from a checkout")
