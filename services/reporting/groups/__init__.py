"""Figures of groups of people, from which nobody can be worked out: pure calculations."""
