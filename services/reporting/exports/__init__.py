"""Reports as files: one module a report, which says what the rows and columns of its file are."""
