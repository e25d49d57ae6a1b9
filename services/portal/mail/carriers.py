"""Who carries mails away: a mail server by SMTP. Another carrier, such as GOV.UK Notify, has the same one method."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

LOOPBACK = ("localhost", "127.0.0.1", "::1")
DEADLINE = 20.0
"""Seconds for each step of handing a mail over."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over; a password is only sent over TLS, or to this machine itself."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def must_upgrade(self) -> bool | None:
        """Whether STARTTLS is a must; None: it is used where the server offers it."""
        if self.tls:
            return False
        return True if self.user is not None and self.host not in LOOPBACK else None


def parse_mail_server(url: str) -> MailServer:
    """Parse the address of a mail server; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("ALONGSIDE_SMTP_URL is smtp:// or smtps://USER:PASSWORD@HOST:PORT")
    tls = parts.scheme == "smtps"
    return MailServer(
        parts.hostname,
        parts.port or (465 if tls else 587),
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


class NotTaken(Exception):
    """A mail was not taken; the same may be taken later. The reason is one of the server's numbers, no text of it."""


class PerhapsTaken(NotTaken):
    """The connection broke off while a mail was handed over, so that the server may have taken it."""


class NeverTaken(Exception):
    """A mail is refused for good: its address does not exist, or none of the server's rules lets it pass."""


class Carrier(Protocol):
    """Carries mails away."""

    async def send(self, letter: EmailMessage, to: str) -> None:
        """Hand a mail over; raises `NotTaken`, `PerhapsTaken` and `NeverTaken`."""


class SmtpCarrier:
    """Hands mails to a server by SMTP, each over a connection of its own."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, letter: EmailMessage, to: str) -> None:
        """Hand a mail over; raises `NotTaken`, `PerhapsTaken` and `NeverTaken`."""
        server = self._server
        try:
            await aiosmtplib.send(
                letter,
                sender=self._sender,
                recipients=[to],
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.tls,
                start_tls=server.must_upgrade,
                timeout=DEADLINE,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0].code) from None
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise _refusal(error.code) from None
        except aiosmtplib.SMTPResponseException as error:  # such as of a password that is no longer right
            raise NotTaken(f"the mail server answered {error.code}") from None
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPReadTimeoutError) as error:
            raise PerhapsTaken(f"the mail server does not answer ({type(error).__name__})") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotTaken(f"the mail server does not answer ({type(error).__name__})") from None


def _refusal(code: int) -> NotTaken | NeverTaken:
    """Return what a status of the server means for a mail: from 500 on it is refused for good."""
    if code >= 500:
        return NeverTaken(f"the mail server answered {code}")
    return NotTaken(f"the mail server answered {code}")
