"""Reports as files: one module for each report, with the rows and columns of its file."""
