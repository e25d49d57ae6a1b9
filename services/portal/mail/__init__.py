"""Mails: an outbox in the database, and a loop of the worker that hands them to a mail server."""
