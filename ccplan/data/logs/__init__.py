"""Logs of calls of any size: counted where they lie, checked and turned into intervals in bounded memory."""
