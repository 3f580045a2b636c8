"""Notebooks as reports: run, page, PDF, workbook."""
