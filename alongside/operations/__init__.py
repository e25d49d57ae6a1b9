"""What operators do to services and their databases, as functions; `alongside.cli` is their command line."""
