"""Who sees the common needs of a school."""

from shared.kernel.principal import Principal


def visible_common_needs(who: Principal) -> frozenset[str] | None:
    """The partnership lead sees the needs of every school, leads of a school those of theirs.

    Returns the URNs of the schools, None for all of them.
    """
    if who.has("partnership_lead"):
        return None
    return who.schools if who.has("school_lead") else frozenset()
