"""What stands in the mail of a digest."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.portal.mail.digests import DigestItem, Kind
from services.portal.mail.letters import write_digest

pytestmark = pytest.mark.covers("U8")
ABOUT = UUID(int=1)
AT = datetime(2026, 10, 5, 9, tzinfo=UTC)


def item(kind: Kind, day: int) -> DigestItem:
    return DigestItem(key=f"{kind}:{day}", kind=kind, about=ABOUT, due_on=date(2026, 10, day))


def letter_of(*items: DigestItem) -> tuple[str, str]:
    letter = write_digest("b@example.org", items, "a@example.org", "https://x.example", UUID(int=2), AT)
    return letter["Subject"], letter.get_content()


def test_days_that_wait_have_one_sentence_and_are_one_thing_to_do() -> None:
    subject, text = letter_of(item("days", 5), item("meeting", 6), *(item("days", day) for day in range(7, 31)))
    assert subject == "2 things to do in Alongside"
    assert text.count("Days at your school wait to be confirmed.") == 1
    assert "further" not in text


def test_the_sentence_about_a_meeting_is_right_however_often_the_two_meet() -> None:
    _, text = letter_of(item("meeting", 6))
    assert "A meeting that was due by 6 October is not recorded yet." in text
    assert "week" not in text
