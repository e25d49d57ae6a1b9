"""The sentences of mails. No name, no role and no text of a record stands in any: somebody else may read it."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from services.portal.mail.outbox import Kind, MailContent

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
SUBJECTS: dict[Kind, str] = {"code": "Your code to sign in", "invitation": "You can sign in to Alongside"}
TEXTS: dict[Kind, str] = {"code": CODE, "invitation": INVITATION}


def write_letter(kind: Kind, content: MailContent, sender: str, url: str, mail_id: UUID, at: datetime) -> EmailMessage:
    """Write a mail; raises ValueError for an address that no mail can go to."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(addr_spec=sender)
    letter["To"] = Address(addr_spec=content.to)
    letter["Subject"] = SUBJECTS[kind]
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(TEXTS[kind].format(secret=content.secret, url=url))
    return letter
