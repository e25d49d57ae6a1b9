"""The sentences of mails. No name, no role and no text of a record stands in any: somebody else may read it."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from services.portal.mail.digests import DigestItem
from services.portal.mail.digests import Kind as ItemKind
from services.portal.mail.outbox import Kind, MailContent
from shared.wording import counted_noun

CODE = """\
Your code to sign in: {secret}

It is good for ten minutes, once, and only in the browser in which you asked for it.

Nobody will ever ask you for this code. If you did not ask for it, do nothing: without the code nobody can sign in.
"""
INVITATION = """\
You have been invited to sign in to Alongside.

Open this page: {url}/sign-in?invitation={secret}

Sign in there within 14 days, with this e-mail address. After that, {url}/sign-in works for you as well if your
e-mail address is known to whoever you sign in with.

If you did not expect this, do nothing. Whoever invited you can tell you more.
"""
DIGEST = """\
{items}
Each link asks you to sign in first.

You get at most one such mail on a working day. To get none until a day, or none at all: {url}/reminders
"""
ITEMS: dict[ItemKind, tuple[str, str]] = {
    "meeting": ("A meeting that was due by {day} is not recorded yet.", "/meetings/new/{about}"),
    "target": ("A target is due on {day}.", "/mentoring/{about}"),
    "proposal": ("A proposal waits for your answer, until {day}.", "/"),
    "days": ("Days at your school wait to be confirmed.", "/school/days"),
    "assessment": ("Something about an assessment is due on {day}.", "/assessments"),
}
"""By kind, the sentence of an item and the address that it leads to."""
MOST_ITEMS = 20
"""Items of a digest that have a sentence each."""
SUBJECTS: dict[Kind, str] = {"code": "Your code to sign in", "invitation": "You can sign in to Alongside"}
TEXTS: dict[Kind, str] = {"code": CODE, "invitation": INVITATION}


class NoAddress(ValueError):
    """No mail can go to an address."""


def write_letter(kind: Kind, content: MailContent, sender: str, url: str, mail_id: UUID, at: datetime) -> EmailMessage:
    """Write a mail with a secret; raises `NoAddress`."""
    return _letter(content.to, SUBJECTS[kind], TEXTS[kind].format(secret=content.secret, url=url), sender, mail_id, at)


def write_digest(
    to: str, items: Sequence[DigestItem], sender: str, url: str, mail_id: UUID, at: datetime
) -> EmailMessage:
    """Write the mail of a digest; raises `NoAddress`."""
    items = _with_days_joined(items)
    texts = [f"{_sentence(item)}\n{url}{ITEMS[item.kind][1].format(about=item.about)}\n" for item in items[:MOST_ITEMS]]
    if len(items) > MOST_ITEMS:
        texts.append(f"And {counted_noun(len(items) - MOST_ITEMS, 'further thing')}: {url}/\n")
    subject = f"{counted_noun(len(items), 'thing')} to do in Alongside"
    letter = _letter(to, subject, DIGEST.format(items="\n".join(texts), url=url), sender, mail_id, at)
    letter["List-Unsubscribe"] = f"<{url}/reminders>"
    return letter


def _with_days_joined(items: Sequence[DigestItem]) -> list[DigestItem]:
    """Return the items with the first of those about days alone: its sentence and its page are about all of them."""
    first = next((item for item in items if item.kind == "days"), None)
    return [item for item in items if item.kind != "days" or item is first]


def _sentence(item: DigestItem) -> str:
    return ITEMS[item.kind][0].format(day=f"{item.due_on.day} {item.due_on:%B}")


def _letter(to: str, subject: str, text: str, sender: str, mail_id: UUID, at: datetime) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(addr_spec=sender)
    letter["To"] = _receiver(to)
    letter["Subject"] = subject
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def _receiver(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except Exception:  # noqa: BLE001  # its parser raises errors of many kinds, IndexError too
        raise NoAddress("no mail can go to this address") from None
