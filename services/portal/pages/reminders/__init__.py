"""Reminders: until which day somebody wants none by mail."""
