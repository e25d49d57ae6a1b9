"""Targets as they stood on a day, which several reports share."""


def targets_on(day: str) -> str:
    """Return a query of the targets that were set up to a day, with whether each was `open` then.

    `day` is an SQL expression. One that was closed later was still open, and a review of later had not been made.
    """
    return f"""
        select *, coalesce(status, 'set') not in ('met', 'dropped') or reviewed_on > {day} as open
        from targets where coalesce(set_on, {day}) <= {day}"""
