"""The lines of reflections, which their authors alone see."""

from typing import Any

from services.sessions.domain.reflections import (
    REFLECTION,
    ReflectionRead,
    ReflectionReleased,
    ReflectionReleaseRevoked,
    ReflectionWritten,
)
from services.sessions.story.chapters import Chapter, Line, LineReaders


def _author(_: Any, written: ReflectionWritten) -> LineReaders:
    return LineReaders(
        "Only whoever wrote it",
        "A reflection is its author's, who decides who reads it and sees who did.",
        person_id=written.owner_id,
    )


REFLECTIONS = Chapter(
    REFLECTION,
    about="reflection",
    id_field="reflection_id",
    keys="select reflection_id from reflections where relationship_id = $1",
    lines={
        ReflectionWritten: Line("You looked back on it.", _author),
        ReflectionReleased: Line("You released what you had written when you looked back.", _author),
        ReflectionReleaseRevoked: Line("You took a release of it back.", _author),
        ReflectionRead: Line("Somebody read what you had released.", _author),
    },
)
