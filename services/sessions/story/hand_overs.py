"""The lines of the hand-over to the mentee's next relationship."""

from services.sessions.domain.hand_overs import (
    HAND_OVER,
    HandedOver,
    HandOverRevoked,
    ItemAgreed,
    ItemProposed,
    ItemWithdrawn,
)
from services.sessions.story.chapters import THE_TWO, Chapter, Line
from shared.wording import counted_noun

HAND_OVERS = Chapter(
    HAND_OVER,
    about="hand-over",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        ItemProposed: Line("{by} proposed to pass an item on.", THE_TWO),
        ItemAgreed: Line("{by} agreed to pass an item on.", THE_TWO),
        ItemWithdrawn: Line("{by} did not want to pass an item on any more.", THE_TWO),
        HandedOver: Line(
            lambda passed_on: (
                f"The mentee passed on {counted_noun(len(passed_on.item_ids), 'item')} to another mentor."
            ),
            THE_TWO,
        ),
        HandOverRevoked: Line("The mentee took back what was passed on.", THE_TWO),
    },
)
