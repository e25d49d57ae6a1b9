"""Functions for operators of the services and their databases; `alongside.cli` is their command line."""
