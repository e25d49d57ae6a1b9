"""Reactions of reporting to the other services' public events."""
