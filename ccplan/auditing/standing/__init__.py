"""Where the quarter stands: can its data be trusted, are promises kept, what is news and what is noise."""
