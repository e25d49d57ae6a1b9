"""Queries of reporting that are no reports."""
