"""Evaluated calls: scorecards, how they are entered and kept, sample sizes, calibration, what quality goes with."""
