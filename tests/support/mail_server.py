"""A mail server of the tests, which keeps what it is sent and refuses what a test says."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """A mail server; `answers` are those to the next mails, before it takes them again."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def take_mail(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail, or refuse it."""
        del server, session
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert [letter["To"]] == envelope.rcpt_tos
        self.letters.append(letter)
        return "250 Taken"

    @property
    def url(self) -> str:
        """The address of the server, as a setting has it."""
        return f"smtp://127.0.0.1:{self.port}"

    def letters_to(self, email: str) -> list[EmailMessage]:
        """Return the mails to an address, in the order in which they came."""
        return [letter for letter in self.letters if letter["To"] == email]

    def codes_to(self, email: str) -> list[str]:
        """Return the codes that were sent to an address."""
        texts = [letter.get_content() for letter in self.letters_to(email)]
        return [found[1] for text in texts if (found := re.search(r"sign in: ([0-9]{6})\b", text))]


@contextmanager
def run_mail_server() -> Iterator[MailServer]:
    """Run a mail server within the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = MailServer(port)
    controller = Controller(SimpleNamespace(handle_DATA=server.take_mail), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
