"""The reports that are for somebody, each with its filters, as of a day, and as a file."""
