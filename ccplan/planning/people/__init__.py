"""People month by month: who is needed, hired, trained, leaves, and what a gap does."""
