"""Wording that several parts share: a number and what it counts."""


def counted_noun(number: float, singular: str, plural: str | None = None) -> str:
    """Return a number and its noun: "1 referral", "2,840 referrals", "1.5 hours".

    `plural` is for all that is not the noun with an s: `counted_noun(n, "referral is", "referrals are")`.
    """
    figure = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{figure} {singular if number == 1 else plural or f'{singular}s'}"
