"""Reminders by mail: who is reminded of what on which working day, decided once a day by the worker."""
