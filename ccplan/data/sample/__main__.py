"""`python -m ccplan.data.sample FOLDER` writes the bundled centre."""

import sys

from .folder import write_sample

if len(sys.argv) != 2:
    sys.exit("name one folder: python -m ccplan.data.sample FOLDER")
write_sample(sys.argv[1])
