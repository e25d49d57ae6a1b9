"""What people send: the forms and limits of texts, days and numbers, before any service decides on them.

Only what comes in is held to them, over HTTP or in a file. Stored events are not: they stay readable whatever is
allowed today.
"""
