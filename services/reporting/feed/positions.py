"""Positions of the feed as text: how far somebody else has read.

A position is a number. After reporting's database was put back to an older backup, later events get numbers that were
used before. Then a number is written behind the incarnation of the store that it belongs to, `2-5000`; in the first
incarnation it stands alone, `5000`.
"""

import re
from collections.abc import Sequence

from shared.kernel.records import HighWaterMark, Incarnation, incarnation_of

PATTERN = r"^([1-9][0-9]{0,8}-)?[0-9]{1,18}$"
"""The form of a position; `0` is the beginning."""


def parse_position(text: str) -> HighWaterMark:
    """Parse a position; raises ValueError for a text of another form."""
    if re.fullmatch(PATTERN, text, re.ASCII) is None:
        raise ValueError("This is no position.")
    incarnation, _, position = text.rpartition("-")
    return HighWaterMark(int(incarnation or 1), int(position))


def format_position(position: int, incarnations: Sequence[Incarnation]) -> str:
    """Return the text of a position in the store; `incarnations` are all of the store's."""
    incarnation = incarnation_of(incarnations, position) if position else 1
    return f"{position}" if incarnation == 1 else f"{incarnation}-{position}"


def resume_after(reached: HighWaterMark, incarnations: Sequence[Incarnation]) -> int:
    """Return the position in the store behind which a reader has to go on to miss nothing.

    A reader who was further than a backup that the store was put back to goes on where the next incarnation began: the
    lost events were recorded again since, maybe in another order.
    """
    later = [each.after for each in incarnations if each.number > reached.incarnation]
    return min([reached.position, *later])
