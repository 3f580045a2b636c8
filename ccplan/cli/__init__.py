"""The command line: a command is a function; commands on one subject share a file."""

from . import data, plan, forecast, headcount, budget, audit, lab, serve  # noqa: F401, I001 — the order of the help
from .app import app, main

__all__ = ["app", "main"]
