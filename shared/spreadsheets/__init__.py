"""Files with a table, CSV or XLSX: find the headings, read the rows, and check each against a row model."""
