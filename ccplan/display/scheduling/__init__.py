"""Shifts, rosters and the day itself on screen and in files."""
