"""Programmes: open one from a template, see its settings of a day, change one from a day on, close and reopen."""
