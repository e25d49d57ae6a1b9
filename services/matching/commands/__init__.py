"""Use cases of matching, a module for each thing they are about: authorise, load, decide."""
