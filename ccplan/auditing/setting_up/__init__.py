"""Setting a centre up and keeping it so: implementation plan, the checklist kept safely, goals, equipment, reviews."""
