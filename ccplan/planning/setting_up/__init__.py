"""Setting a centre up: its type, lines, seats and equipment, onboarding, buffer time; options weighed."""
