"""Scheduling: shifts, rosters, breaks, swaps and the day itself."""
