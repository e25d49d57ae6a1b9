"""The lines of private notes."""

from dataclasses import replace

from services.sessions.domain.notes import NOTE, NoteWritten
from services.sessions.story.chapters import THE_TWO, Chapter, Line, LineReaders

WHOEVER_WROTE_IT = replace(
    THE_TWO, who="Only whoever wrote it", why="A private note is its author's; nobody else learns that there is one."
)


def _author(written: NoteWritten, _: NoteWritten) -> LineReaders:
    return replace(WHOEVER_WROTE_IT, person_id=written.author_id)


NOTES = Chapter(
    NOTE,
    about="note",
    id_field="meeting_id",
    keys="select meeting_id from notes join meetings using (meeting_id) where relationship_id = $1",
    lines={NoteWritten: Line("You wrote a private note about a meeting.", _author)},
)
