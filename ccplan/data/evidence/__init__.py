"""What the tables tell about the centre: guesses, estimates, and suggestions for its `centre.toml`."""
