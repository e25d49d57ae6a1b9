"""The `alongside` command. Each module holds one group of subcommands: it parses, calls an operation, and prints."""
