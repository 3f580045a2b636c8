"""How hard the property tests try: the same cases in every `make test`, new and many in `make test-deep`."""

import os

from hypothesis import settings

DEEP = bool(os.environ.get("CCPLAN_DEEP"))
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("deep", derandomize=False, deadline=None, database=None)
settings.load_profile("deep" if DEEP else "ci")


def examples(number):
    """Settings for a property test of `number` generated cases; fifty times as many, and new ones, when deep."""
    return settings(max_examples=number * (50 if DEEP else 1))
