"""ccplan: workforce planning for call centres. Durations in seconds, load in Erlangs, shares 0–1."""
