"""The lines of break-offs, of which the mentor learns nothing."""

from services.sessions.domain.break_offs import BREAK_OFF, ContactAsked, ContactAskedNoMore, ReasonRead
from services.sessions.story.chapters import Chapter, Line, LineReaders, only


def _contact(asked: ContactAsked, _: ContactAsked) -> LineReaders:
    return LineReaders(
        "The mentee and the contact whom they chose, never the mentor",
        "The mentee asked this contact, and nobody else, to get in touch.",
        sides=frozenset({"trainee"}),
        accounts=frozenset({asked.contact}),
    )


BREAK_OFFS = Chapter(
    BREAK_OFF,
    about="break-off",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        ContactAsked: Line("The mentee asked a contact to get in touch: {contact}.", _contact),
        ContactAskedNoMore: Line(
            "The mentee does not want to be contacted any more.", only("trainee", "Nobody else reads of it any more.")
        ),
        ReasonRead: Line(
            "The contact read what the mentee wrote.", only("trainee", "Only the mentee sees who has read it.")
        ),
    },
)
