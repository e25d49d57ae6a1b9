"""Record the rows of an import file: each row becomes a command, and each refusal an error of a cell."""
