"""Typed answers from read tables, a module for each aggregate; each query authorises itself."""
