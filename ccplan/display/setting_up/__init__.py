"""Setting a centre up, on screen: checklists, the implementation plan, options, seats, training, care."""
