"""The reports: one module for each question, with its scope, its query and the classes of its answer."""
