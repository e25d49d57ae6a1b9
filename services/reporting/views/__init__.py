"""Joins of the read tables that several reports share, as the text of SQL subqueries: one module a join."""
