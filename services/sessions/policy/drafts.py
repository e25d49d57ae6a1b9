"""Who keeps and reads a draft."""

from shared.kernel.principal import Principal


def draft_owner(who: Principal) -> str:
    """The person who typed the draft, and nobody else.

    Returns the id of the owner.
    """
    return who.subject
