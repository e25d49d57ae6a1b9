"""The story of a relationship: everything that happened in it, in order, for those who may see each line."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import AssessmentSubmitted, AssessmentWritten
from services.sessions.domain.assessment_versions import State as AssessmentState
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.feedback import find_readable_feedback
from services.sessions.queries.merges import records_of
from services.sessions.queries.programmes import find_programmes
from services.sessions.queries.relationships import Visible, find_to_see
from services.sessions.story.chapters import Chapter, Line, LineReaders, day_of
from services.sessions.story.registry import CHAPTERS, EVENTS
from shared.kernel.answers import Answer
from shared.kernel.decider import Event
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class StoryLine(Answer):
    """A line of the story: what happened on a day, and what it is about.

    `seen_by` are those who see this line, `because` says why they do and others do not. It was recorded at
    `recorded_at`; send the `position` of the last line as `after` for those that follow.
    """

    position: int
    on: date
    recorded_at: datetime
    what: str
    about: str
    about_id: UUID
    seen_by: str
    because: str


class Story(Answer):
    """Lines of the story of a relationship, the earliest first; `more` says that others follow."""

    relationship_id: UUID
    lines: list[StoryLine]
    more: bool


async def show_story(reader: Reader, relationship_id: UUID, *, after: int | None, limit: int) -> Story:
    """Return the lines that the person may see, in the order of their days; raises `NotFound` for others.

    All streams of the relationship are read for it: a line may depend on the first event of its stream.
    """
    seen = await find_to_see(reader, relationship_id)
    rows = await reader.connection.fetch(_EVENTS, relationship_id, reader.who.tenant)
    passages = _passages(rows, relationship_id)
    readers = await _reader_of(reader, seen)
    states = await _states(reader, seen, passages)
    items = await _readable_items(reader, seen, passages)
    visible = (
        _line(each)
        for each in _following(passages, after)
        if policy.sees_line(
            readers, each.readers, states.get(_assessment_of(each), frozenset()), reads_item=each.about_id in items
        )
    )
    lines = list(islice(visible, limit + 1))
    return Story(relationship_id=relationship_id, lines=lines[:limit], more=len(lines) > limit)


@dataclass(frozen=True, slots=True)
class _Passage:
    """An event that has a line, the first event of its stream, and its place in the story and in the store."""

    chapter: Chapter
    line: Line
    event: Event
    opening: Event
    stream: str
    on: date
    position: int
    recorded_at: datetime

    @property
    def readers(self) -> LineReaders:
        return self.line.readers_of(self.event, self.opening)

    @property
    def about_id(self) -> UUID:
        about_id: UUID = getattr(self.event, self.chapter.id_field)
        return about_id


def _passages(rows: list[Any], relationship_id: UUID) -> list[_Passage]:
    """Decode the events that have a line, and put them in the order of their days."""
    openings: dict[str, Event] = {}
    passages: list[_Passage] = []
    for row in rows:
        chapter = CHAPTERS[row["chapter"]]
        event = EVENTS.decode(row["type"], row["schema_version"], row["body"])
        opening = openings.setdefault(row["stream"], event)
        line = chapter.lines.get(type(event))
        # a day of a trainee may have been in two placements
        if line is not None and getattr(event, "relationship_id", relationship_id) == relationship_id:
            passages.append(
                _Passage(
                    chapter, line, event, opening, row["stream"], day_of(event), row["position"], row["recorded_at"]
                )
            )
    return sorted(passages, key=lambda each: (each.on, each.position))


def _following(passages: list[_Passage], after: int | None) -> list[_Passage]:
    """Return what follows the line at a position; everything where there is no such line."""
    at = next((nth for nth, each in enumerate(passages) if each.position == after), -1)
    return passages[at + 1 :]


def _assessment_of(passage: _Passage) -> str:
    """Return the stream of the assessment that a line is about, also where it is of an appeal or a support plan."""
    assessment_id = getattr(passage.event, "assessment_id", None)
    return passage.stream if assessment_id is None else ASSESSMENT.stream(assessment_id)


def _line(passage: _Passage) -> StoryLine:
    readers = passage.readers
    return StoryLine(
        position=passage.position,
        on=passage.on,
        recorded_at=passage.recorded_at,
        what=passage.line.write(passage.event),
        about=passage.chapter.about,
        about_id=passage.about_id,
        seen_by=readers.who,
        because=readers.why,
    )


async def _reader_of(reader: Reader, seen: Visible) -> policy.StoryReader:
    records = await records_of(reader, policy.item_reader(seen.who))
    return policy.story_reader(seen.who, seen.relationship, records, utc_now().date(), seen.assigned)


async def _readable_items(reader: Reader, seen: Visible, passages: list[_Passage]) -> frozenset[UUID]:
    """Return the ids of the feedback that the person reads, if there is a line for its readers."""
    if not any(passage.readers.of_item for passage in passages):
        return frozenset()
    return frozenset(row["feedback_id"] for row in await find_readable_feedback(reader, seen))


async def _states(reader: Reader, seen: Visible, passages: list[_Passage]) -> dict[str, frozenset[AssessmentState]]:
    """Return the states in which the person reads each assessment, by its stream."""
    openings = {
        each.stream: each.opening
        for each in passages
        if isinstance(each.opening, AssessmentWritten | AssessmentSubmitted)
    }
    programme_id = seen.relationship.programme_id
    programme = (await find_programmes(reader, [programme_id])).get(programme_id) if openings else None
    if programme is None:
        return {}
    assigned = await assigned_as(reader, seen.relationship.trainee_id)
    own = await records_of(reader, policy.assessor(seen.who))
    return {
        stream: policy.readable_states(
            seen.who,
            seen.relationship,
            rules_of(programme, opening.kind),
            assigned,
            writes=opening.assessor_id in own,
        )
        for stream, opening in openings.items()
    }


_STREAMS = " union all ".join(
    f"select {nth} as chapter, '{chapter.decider.category}-' || key as stream from ({chapter.keys}) as of_{nth} (key)"
    for nth, chapter in enumerate(CHAPTERS)
)
_EVENTS = f"""
    select s.chapter, e.stream, e.position, e.type, e.schema_version, e.body::text as body, e.recorded_at
    from (select distinct chapter, stream from ({_STREAMS}) as every) as s
    join events e on e.tenant = $2 and e.stream = s.stream
    order by e.position"""
