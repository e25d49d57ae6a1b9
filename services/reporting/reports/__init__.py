"""What can be asked of reporting: one module a question, with its scope, its query and the classes of its answer."""
