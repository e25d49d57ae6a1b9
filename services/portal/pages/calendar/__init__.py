"""The calendar: what is due for somebody, in their own calendar, at a secret address that they can change and end."""
