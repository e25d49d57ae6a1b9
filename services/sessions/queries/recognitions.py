"""Queries of documents of what mentors have done: a holder sees their own, anybody verifies one by its code."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.recognition_codes import parse_code, recognition_id_of
from services.sessions.domain.recognitions import (
    MISSING,
    Mentoring,
    MentoringMeeting,
    NameShown,
    initials_of,
    is_same_name,
    sum_up,
)
from services.sessions.domain.texts import long_date
from services.sessions.queries.merges import current_principal, kept_record, records_of
from services.sessions.queries.programmes import find_programmes
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader

Status = Literal["stands", "corrected", "replaced", "withdrawn"]


class RecognitionView(Answer):
    """A document of the person: what it states up to the day `as_of`, its code, and whether it stands.

    It is `corrected` if less is recorded now than it states: get a new one. Anybody verifies it at the path `verify`.
    """

    recognition_id: UUID
    status: Status
    as_of: date
    code: str
    name: str
    name_shown: NameShown
    mentoring: Mentoring
    verify: str


class Verification(Answer):
    """What a document says and whether it stands, for whoever has its code.

    `name` is its holder's name, or the initials, as the holder chose. Both it and `mentoring` are None once the
    document is withdrawn; `since` is the day on which it was replaced or withdrawn.
    """

    status: Status
    meaning: str
    partnership: str
    as_of: date
    since: date | None
    name: str | None
    name_shown: NameShown | None
    mentoring: Mentoring | None


class NameCheck(Answer):
    """Whether a name is the one that stands on the document."""

    matches: bool


async def list_recognitions(reader: Reader) -> list[RecognitionView]:
    """Return the documents of the person, the latest first."""
    return [await _view(reader, row) for row in await _own(reader)]


async def show_recognition(reader: Reader, recognition_id: UUID) -> RecognitionView:
    """Return a document of the person; raises `NotFound` for everybody else."""
    found = await _own(reader, recognition_id)
    if not found:
        raise NotFound(MISSING)
    return await _view(reader, found[0])


async def verify_recognition(reader: Reader, code: str) -> Verification:
    """Return what the document with a code says, for anybody who has the code.

    Raises `MistypedCode`, and `NotFound` alike for a code that was never issued and for one whose holder was erased.
    """
    row = await _find(reader, parse_code(code))
    status = await _status(reader, row)
    since = {"replaced": row["replaced_on"], "withdrawn": row["withdrawn_on"]}.get(status)
    says = {} if status == "withdrawn" else _what_it_says(row)
    return Verification(
        status=status,
        meaning=_MEANINGS[status].format(since=since and long_date(since)),
        partnership=reader.who.tenant,
        as_of=row["issued_on"],
        since=since,
        **{"name": None, "name_shown": None, "mentoring": None, **says},
    )


async def check_name(reader: Reader, code: str, name: str) -> NameCheck:
    """Return whether a name is the one on the document with a code; raises `NotFound` for one that says nothing."""
    row = await _find(reader, parse_code(code))
    if row["withdrawn_on"] is not None:
        raise NotFound(MISSING)
    return NameCheck(matches=is_same_name(name, row["name"]))


async def _own(reader: Reader, recognition_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return the documents of the person, or one of them, as rows."""
    holder_id = policy.recognition_holder(await current_principal(reader))
    rows = await reader.connection.fetch(_OWN, await records_of(reader, holder_id), recognition_id)
    opened = await reader.unseal([dict(row) for row in rows])
    return [row for row in opened if row["code"] != ERASED]


async def _find(reader: Reader, code: str) -> dict[str, Any]:
    recognition_id = recognition_id_of(reader.who.tenant, code)
    found = await reader.connection.fetch("select * from recognitions where recognition_id = $1", recognition_id)
    opened = await reader.unseal([dict(row) for row in found])
    if not opened or opened[0]["code"] == ERASED:
        raise NotFound(MISSING)
    return opened[0]


def _what_it_says(row: dict[str, Any]) -> dict[str, Any]:
    name = row["name"] if row["name_shown"] == "full" else initials_of(row["name"])
    return {"name": name, "name_shown": row["name_shown"], "mentoring": row["mentoring"]}


async def _view(reader: Reader, row: dict[str, Any]) -> RecognitionView:
    return RecognitionView(
        recognition_id=row["recognition_id"],
        status=await _status(reader, row),
        as_of=row["issued_on"],
        code=row["code"],
        name=row["name"],
        name_shown=row["name_shown"],
        mentoring=row["mentoring"],
        verify=f"/partnerships/{reader.who.tenant}/recognitions/{row['code']}",
    )


async def _status(reader: Reader, row: dict[str, Any]) -> Status:
    if row["withdrawn_on"] is not None:
        return "withdrawn"
    if row["replaced_on"] is not None:
        return "replaced"
    mentors = await records_of(reader, await kept_record(reader, row["holder_id"]))
    recorded = sum_up(await _meetings(reader, mentors, row["issued_on"]))
    supported = recorded is not None and recorded.cover(Mentoring.model_validate(row["mentoring"]))
    return "stands" if supported else "corrected"


async def _meetings(reader: Reader, mentors: list[UUID], until: date) -> list[MentoringMeeting]:
    """Return the meetings that somebody held as a mentor up to a day."""
    rows = await reader.connection.fetch(_HELD, mentors, until)
    programmes = await find_programmes(reader, {row["programme_id"] for row in rows})
    return [
        MentoringMeeting(
            programme.title,
            programme.mentors_title(row["role"]),
            row["trainee_id"],
            row["happened_on"],
            row["minutes"],
        )
        for row in rows
        if (programme := programmes.get(row["programme_id"])) is not None
    ]


_MEANINGS: dict[Status, str] = {
    "stands": "This document stands: what it says is recorded in the partnership.",
    "corrected": "What is recorded was corrected since, and is less than this document says. Ask its holder for a new "
    "one.",
    "replaced": "Its holder has had a newer document since {since}. Ask them for that one.",
    "withdrawn": "Its holder withdrew this document on {since}. It says nothing any more.",
}
_OWN = """
    select * from recognitions where holder_id = any ($1) and ($2::uuid is null or recognition_id = $2)
    order by issued_on desc, recognition_id"""
_HELD = """
    select r.programme_id, r.role, r.trainee_id, m.happened_on, m.minutes
    from relationships r join meetings m using (relationship_id)
    where r.mentor_id = any ($1) and m.status = 'held' and m.happened_on between r.starts_on and least(r.ends_on, $2)"""
