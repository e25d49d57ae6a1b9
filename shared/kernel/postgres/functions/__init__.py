"""The SQL functions of the store, each in its present text. A new function begins in a migration, with its rights."""
