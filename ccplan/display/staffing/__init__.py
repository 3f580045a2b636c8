"""Staffing on screen: the panel, the day, skills, channels, outbound."""
