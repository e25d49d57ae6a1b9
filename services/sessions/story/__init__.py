"""The story of a relationship: how each event of sessions reads as a line, and who sees that line.

A module for each aggregate, under its name. `registry.py` has them all.
"""
