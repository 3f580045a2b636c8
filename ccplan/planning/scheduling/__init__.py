"""Shifts and rosters: patterns expanded, requirements covered, people named; one idea a file."""
