"""Queries of the portal: typed answers beside the SQL that makes them."""
