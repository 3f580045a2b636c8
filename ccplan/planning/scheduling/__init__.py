"""Shifts that cover a requirement, and rosters of named people: the parts, one idea a file."""
