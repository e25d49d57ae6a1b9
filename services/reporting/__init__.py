"""Reporting: answers questions about the partnership from the events of the other services."""
