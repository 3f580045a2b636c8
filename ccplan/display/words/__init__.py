"""Catalogues of user-facing text, one file a language; see `ccplan.display.language`."""
