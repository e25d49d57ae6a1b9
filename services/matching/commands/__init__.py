"""Use cases of matching, a module for each aggregate: authorise, load, decide."""
