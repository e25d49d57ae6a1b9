"""One event of each kind of a journal entry, which the trainee owns and a tutor reads."""

from uuid import UUID

from services.sessions.domain.access import Audience
from services.sessions.domain.journal import (
    EntryRead,
    EntryReleased,
    EntryRemoved,
    EntryWritten,
    EvidenceUsed,
    FileAttached,
    FileRemoved,
    ReleaseRevoked,
)
from tests.unit.sessions.examples import ASSESSMENT_ID, MENTOR_ID, MONDAY, TRAINEE_ID, TUTOR_ID

ENTRY_ID = UUID("00000000-0000-4000-8000-0000000000e1")
TO_MENTOR, TO_TUTORS = Audience(person_id=MENTOR_ID), Audience(role="tutor")
_NAMES = {"happened_on": MONDAY, "entry_id": ENTRY_ID, "owner_id": TRAINEE_ID}

WRITTEN = EntryWritten.model_validate(
    {
        **_NAMES,
        "version_number": 1,
        "text": "sealed: entry",
        "link": "sealed: link",
        "tags": ("TS7",),
    }
)
RELEASED = EntryReleased.model_validate({**_NAMES, "to": TO_TUTORS})
REVOKED = ReleaseRevoked.model_validate({**_NAMES, "to": TO_TUTORS})
READ = EntryRead.model_validate({**_NAMES, "reader_id": TUTOR_ID})
USED = EvidenceUsed.model_validate(
    {**_NAMES, "assessment_id": ASSESSMENT_ID, "assessor_id": TUTOR_ID, "version_number": 1}
)
FILE_ID = UUID("00000000-0000-4000-8000-0000000000e2")
ATTACHED = FileAttached.model_validate(
    {**_NAMES, "file_id": FILE_ID, "name": "sealed: name", "kind": "pdf", "size": 5, "sha256": "ab" * 32}
)
DETACHED = FileRemoved.model_validate({**_NAMES, "file_id": FILE_ID})
REMOVED = EntryRemoved.model_validate(_NAMES)
