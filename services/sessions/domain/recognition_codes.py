"""The code of a recognition: too long to be guessed, short enough to be typed, with a letter that finds a slip.

It has fifteen random characters of an alphabet of 31, which are 74 bits, and a check letter. Because 31 is a prime, the
check letter finds each single wrong character, and each two that changed places.
"""

import re
from collections.abc import Callable, Sequence
from uuid import UUID, uuid5

from shared.kernel.decider import Invalid

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and capital letters, without those that look like one another: 0 and O, 1, I and L."""
RANDOM = 15
_LENGTH = RANDOM + 1
_GROUP = 4
_NAMESPACE = UUID("9f0a1f6e-52d0-4d3f-8a52-5f7a0a5f8f5e")


class MistypedCode(Invalid):
    """The code has a slip, so that it cannot be that of any document."""


def make_code(choose: Callable[[Sequence[str]], str]) -> str:
    """Make a code in groups of four characters; `choose` draws each of them."""
    drawn = "".join(choose(ALPHABET) for _ in range(RANDOM))
    return "-".join(re.findall(f".{{{_GROUP}}}", drawn + _check_letter(drawn)))


def parse_code(typed: str) -> str:
    """Return a code as it is written on the document, however it was typed; raises `MistypedCode`."""
    code = re.sub(r"[\s-]", "", typed).upper()
    if len(code) != _LENGTH or not set(code) <= set(ALPHABET) or _check_letter(code[:RANDOM]) != code[RANDOM]:
        raise MistypedCode(
            "This code has a slip: compare it with the document, letter by letter. It has sixteen characters, and none "
            "of them is 0, 1, I, L or O.",
            pointer="path:code",
        )
    return "-".join(re.findall(f".{{{_GROUP}}}", code))


def recognition_id_of(tenant: str, code: str) -> UUID:
    """Return the id of the document with a code; the code cannot be found from it."""
    return uuid5(_NAMESPACE, f"{tenant}:{code}")


def _check_letter(drawn: str) -> str:
    return ALPHABET[sum(weight * ALPHABET.index(each) for weight, each in enumerate(drawn, 1)) % len(ALPHABET)]
