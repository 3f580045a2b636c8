"""Headcount and hiring on screen."""
