"""Queries of requests for another mentor."""

from services.sessions.queries.break_offs import BreakOffNotice, notices_with
from shared.kernel.reader import Reader


class MentorRequestNotice(BreakOffNotice):
    """A mentee who wants another mentor; only the mentee sees who has read the reason."""


async def list_mentor_requests(reader: Reader) -> list[MentorRequestNotice]:
    """Return the requests of which the person was told as a safe contact, and their own, the latest first."""
    return [MentorRequestNotice(**row) for row in await notices_with(reader, "another_mentor")]
