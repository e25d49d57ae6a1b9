"""A draft: what somebody has typed into a form and not sent yet, kept for them as they typed it.

Source: product.md, "What bad input gets". Nothing is refused for what it says: it need not be valid yet. A draft is no
fact, so it has no events; what it is for is fixed, so that no form is ever offered what was typed into another one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from shared.kernel.decider import DomainError, Invalid, Value

MISSING = "There is no such draft."
LARGEST_DRAFT = 256 * 1024
"""Bytes of a draft as JSON."""
DRAFTS_A_PERSON = 50
KEPT_FOR = timedelta(days=30)
"""How long a draft is kept after it was last typed in."""

Method = Literal["POST", "PUT"]
Path = Annotated[str, Field(pattern=r"^/[A-Za-z0-9/_.~-]+$", max_length=300)]


class Form(NamedTuple):
    """What a draft is for: the method and the path of the request by which it will be sent."""

    method: str
    path: str


class NewDraft(Value):
    """What somebody has typed into the form that is sent with this method and to this path; `body` as it is so far."""

    method: Method
    path: Path
    body: dict[str, Any]

    @property
    def form(self) -> Form:
        """What the draft is for."""
        return Form(self.method, self.path)


class DraftOfAnotherForm(DomainError):
    """The draft is for another form than this request."""


class DraftChanged(DomainError):
    """The draft is not in the version that the sender has, or it is no longer there."""

    status = 412


class DraftTooLarge(Invalid):
    """The draft is larger than what is kept of a form."""

    status = 413


class TooManyDrafts(DomainError):
    """A person has as many drafts as there is room for."""


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft that is kept: the record of its owner under which it is, its version, and what it is for."""

    owner_id: str
    version: int
    form: Form

    def must_be_for(self, form: Form) -> None:
        """Raise `DraftOfAnotherForm` where it is for another form."""
        if self.form != form:
            raise DraftOfAnotherForm(
                f"This draft is for {self.form.method} {self.form.path}. Keep what you type here under another id."
            )

    def must_be_version(self, if_match: int | None) -> None:
        """Raise `DraftChanged` where it is in another version than the sender has; None: whichever."""
        if if_match is not None and if_match != self.version:
            raise DraftChanged("This draft was kept from somewhere else since. Look at it, and send its ETag.")


def write_draft(form: Form, body: Mapping[str, Any]) -> bytes:
    """Write a draft as JSON, to be encrypted; raises `DraftTooLarge`, and `Invalid` for what JSON cannot hold."""
    try:
        content = json.dumps({**form._asdict(), "body": body}, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise Invalid("This has half a character, or a number that is none; type it again.", pointer="/body") from None
    if len(content) > LARGEST_DRAFT:
        raise DraftTooLarge(f"A draft has at most {LARGEST_DRAFT // 1024} kilobytes; send it, or make it shorter.")
    return content


def read_draft(content: bytes | None) -> dict[str, Any] | None:
    """Read a draft that was decrypted: its method, path and body; None where its key is destroyed."""
    return None if content is None else dict(json.loads(content))


def place_of(draft_id: UUID) -> str:
    """Return what a draft is encrypted as, so that its content cannot stand for anything else."""
    return f":draft:{draft_id}"


def next_version(draft: StoredDraft | None, form: Form, *, if_match: int | None, others: int) -> int:
    """Return the version in which a draft is kept now.

    `draft` is what is kept under its id, `others` how many drafts the person has besides. `if_match` is the version
    that the sender has, None: whichever. Raises `DraftChanged`, `DraftOfAnotherForm` or `TooManyDrafts`.
    """
    if draft is not None:
        draft.must_be_version(if_match)
        draft.must_be_for(form)
        return draft.version + 1
    if if_match is not None:
        raise DraftChanged("This draft is no longer there: it was sent, deleted or too old. Leave If-Match out.")
    if others >= DRAFTS_A_PERSON:
        raise TooManyDrafts(f"You have {DRAFTS_A_PERSON} drafts; send some, or delete them.")
    return 1
