"""Side by side with the peers, measured in one run: `make bench`."""
