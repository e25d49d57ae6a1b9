"""Benchmarks: each figure is a ratio to a ceiling that was measured in the same run.

What is ours runs as in production: uvloop, the garbage collector spared, the database durable. Ours and the ceiling
take turns, so that what else the machine does at the time falls on both; a figure is the median of its turns.
"""
