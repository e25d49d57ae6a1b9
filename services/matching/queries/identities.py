"""SQL expressions that resolve merged records and closed schools."""

CURRENT_SCHOOLS = """
    succeeded as (
        select urn, successor_urn from schools where successor_urn is not null
        union
        select f.urn, s.successor_urn
        from succeeded f join schools s on s.urn = f.successor_urn
        where s.successor_urn is not null
    ), current_schools as (
        select f.urn, f.successor_urn from succeeded f left join schools s on s.urn = f.successor_urn
        where s.successor_urn is null
    )"""
"""Common table expressions of a `with recursive`: `current_schools` has the last successor of each closed school."""


def kept_id(column: str) -> str:
    """Write the SQL for the id of the kept record of the person in a column."""
    return f"coalesce((select kept_id from merges where merged_id = {column}), {column})"


def is_of_person(column: str, person: str) -> str:
    """Write the SQL condition that a column holds the id of a person (a parameter), or of a record merged into
    theirs.
    """
    return f"({column} = {person} or {column} in (select merged_id from merges where kept_id = {person}))"
