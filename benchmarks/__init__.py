"""Measurements and picture sheets that are looked at by people, not run by the test suite."""
