"""Queries of matching, one module for each aggregate: typed answers from read tables. Each query authorises itself."""
