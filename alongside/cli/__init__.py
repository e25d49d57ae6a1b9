"""The `alongside` command: one module a group of subcommands."""
