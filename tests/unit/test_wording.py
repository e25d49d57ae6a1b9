"""A number and its noun."""

import pytest

from shared.wording import counted_noun


@pytest.mark.parametrize(
    ("number", "nouns", "words"),
    [
        (1, ("row",), "1 row"),
        (0, ("row",), "0 rows"),
        (2840, ("row",), "2,840 rows"),
        (1.0, ("hour",), "1 hour"),
        (1.5, ("hour",), "1.5 hours"),
        (1, ("referral is", "referrals are"), "1 referral is"),
        (2, ("referral is", "referrals are"), "2 referrals are"),
    ],
)
def test_the_noun_is_in_the_number_s_form(number: float, nouns: tuple[str, ...], words: str) -> None:
    assert counted_noun(number, *nouns) == words
