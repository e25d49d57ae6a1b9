"""Files that services of the Department for Education (DfE) take, by edition: their columns, and what fills them.

Each module holds one kind of file: its form, and a pure function from what the platform's services answer to its rows.
Nothing here reads a service or a clock. Source: domain.md (d), and the repositories that each form names.
"""
