"""The bundled centre: fictional, synthetic, and the same bytes from the same seed.

Volume → a planner's forecast → rosters → what each person did → every contact, one by one, through its
queue to an agent with a name → intervals, calls, diary, evaluations, ledger. What is hidden in it
stands in `stories.py`. The recorder of calls, the diary and all other tables begin in July 2025; the
intervals go back two years.

Modules: volumes, people, rosters, days (shifts minute by minute), contacts, traffic (contacts meet
agents), cases (customers), broken (the broken week), diary, quality, money, furniture, lists.
"""

from .folder import write_sample
from .stories import STORIES, Story

__all__ = ["STORIES", "Story", "write_sample"]
