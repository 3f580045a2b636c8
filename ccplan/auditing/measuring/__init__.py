"""Measuring: KPIs as sums of two parts, over any table, at any grain, on any engine."""
