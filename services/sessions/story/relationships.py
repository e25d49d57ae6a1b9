"""The lines of relationships, with their pauses and ends."""

from services.sessions.domain.ends import EndProposed, EndWithdrawn, RelationshipBrokenOff, RelationshipEnded
from services.sessions.domain.pauses import RelationshipPaused, RelationshipResumed
from services.sessions.domain.relationships import (
    RELATIONSHIP,
    ParticipantErased,
    RelationshipAgreed,
    RelationshipMoved,
    RelationshipOpened,
    RelationshipRehomed,
)
from services.sessions.story.chapters import Chapter, Line, only

ENDED = {
    "school_left": "its school left",
    "offer_withdrawn": "its school withdrew the offer",
    "mentor_left": "the mentor left",
    "trainee_left": "the mentee left",
    "moved_in_repair": "its place was needed in another pair",
    "ended_by_them": "the mentor or the mentee ended it",
    "closed_in_review": "a review closed it",
}
"""Why a relationship ended, as a part of a sentence."""

RELATIONSHIPS = Chapter(
    RELATIONSHIP,
    about="relationship",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        RelationshipOpened: Line("The relationship was opened, from {starts_on} to {ends_on}, at school {school_urn}."),
        RelationshipAgreed: Line("Both had signed draft {draft} of the agreement: it is in force."),
        RelationshipPaused: Line("{by} paused the relationship: no meeting is due."),
        RelationshipResumed: Line("{by} resumed the relationship, paused since {paused_on}: meetings are due again."),
        EndProposed: Line("{by} proposed {last_day} as the last day."),
        EndWithdrawn: Line("{by} took the proposed last day back, or did not agree to it."),
        RelationshipBrokenOff: Line(
            "The mentee broke the relationship off.",
            only("trainee", "Whoever breaks off is asked for no reason, and the mentor is not told who it was."),
        ),
        RelationshipEnded: Line(
            lambda ended: f"The relationship ended, with {{ended_on}} as its last day: {ENDED[ended.reason]}."
        ),
        RelationshipMoved: Line("The school closed; the relationship goes on at school {school_urn}."),
        RelationshipRehomed: Line("Two records of one of the two were merged; the relationship goes on."),
        ParticipantErased: Line("One of the two was erased: nothing more is recorded."),
    },
)
