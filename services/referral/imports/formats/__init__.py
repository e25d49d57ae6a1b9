"""The columns of each kind of import file, one module for each kind."""
