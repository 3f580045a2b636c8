"""Can the data be trusted, on screen; how an unknown export is understood."""
