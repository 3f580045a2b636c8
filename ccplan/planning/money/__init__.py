"""The lines of a budget: prices, wages, cents, unit costs."""
