"""Encrypts personal text: each person has a key, wrapped by the deployment's key, and erasure destroys it.

A sealed text is a token `sealed:EVENT:FIELD:SUBJECT:CIPHERTEXT` (AES-256-GCM; event id and field are associated data,
so that a token cannot be moved). Events, read models and memory hold tokens; only a query that may show a text opens
it. A token whose key is destroyed opens as `ERASED` for ever.
"""

import base64
import hmac
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel
from pydantic_core import to_json

from shared.kernel.decider import DomainError, Personal
from shared.kernel.postgres import Connection

ERASED = "[erased]"
_PREFIX = "sealed"
_TOKEN = re.compile(rf"{_PREFIX}:[0-9a-f]{{32}}:\w+:[^:\s]+:[A-Za-z0-9_-]+=*")
_NONCE = 12


class Erased(DomainError):
    """Personal text cannot be recorded for a person whose key is destroyed."""

    status = 410
    denies = True


class Keyring:
    """The keys of people, in the database of one service; `master` is the deployment's key: 32 bytes, base64."""

    def __init__(self, master: str) -> None:
        self._master = AESGCM(base64.b64decode(master))
        self._digests = hmac.digest(base64.b64decode(master), b"digests of personal texts", "sha256")
        self._secrets = AESGCM(hmac.digest(base64.b64decode(master), b"secrets of nobody", "sha256"))

    def digest(self, tenant: str, kind: str, text: str) -> bytes:
        """Return a keyed digest of a personal text, by which an equal text of the same tenant and kind is found.

        It cannot be computed without the deployment's key. Whoever stores it removes it when the person is erased.
        """
        return hmac.digest(self._digests, to_json([tenant, kind, text]), "sha256")

    def seal_secret(self, tenant: str, place: str, secret: bytes) -> bytes:
        """Encrypt a secret of no person under a key of the deployment; it can be decrypted in its place only."""
        nonce = os.urandom(_NONCE)
        return nonce + self._secrets.encrypt(nonce, secret, f"{tenant}:{place}".encode())

    def open_secret(self, tenant: str, place: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_secret` encrypted; raises `InvalidTag` where it was sealed elsewhere or otherwise."""
        return self._secrets.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{tenant}:{place}".encode())

    async def keys(self, connection: Connection, tenant: str, subjects: Iterable[str]) -> dict[str, AESGCM]:
        """Return those of the subjects' keys that exist and are not destroyed.

        The transaction must have named the tenant.
        """
        rows = await connection.fetch(
            """select subject, wrapped from subject_keys
               where tenant = $1 and subject = any ($2) and wrapped is not null""",
            tenant,
            sorted(set(subjects)),
        )
        return {row["subject"]: self._unwrap(tenant, row["subject"], row["wrapped"]) for row in rows}

    async def keys_for_writing(self, connection: Connection, tenant: str, subjects: Iterable[str]) -> dict[str, AESGCM]:
        """Return the keys of all the subjects, created where there is none; raises `Erased` for a destroyed key."""
        wanted = sorted(set(subjects))
        await connection.execute(
            """insert into subject_keys (tenant, subject, wrapped)
               select $1, * from unnest($2::text[], $3::bytea[]) on conflict do nothing""",
            tenant,
            wanted,
            [self._wrap(tenant, subject) for subject in wanted],
        )
        found = await self.keys(connection, tenant, wanted)
        if len(found) < len(wanted):
            raise Erased("This person's record was erased; nothing personal can be added to it.")
        return found

    async def destroy(self, connection: Connection, tenant: str, subject: str) -> None:
        """Destroy a person's key for good; no key can be created for them afterwards. Idempotent."""
        await connection.execute(
            """insert into subject_keys (tenant, subject, wrapped, destroyed_at)
               values ($1, $2, null, clock_timestamp())
               on conflict (tenant, subject) do update set wrapped = null, destroyed_at = clock_timestamp()
               where subject_keys.destroyed_at is null""",
            tenant,
            subject,
        )

    async def open(self, connection: Connection, tenant: str, values: Iterable[str | None]) -> dict[str, str]:
        """Return the text of each sealed token, or `ERASED`; values that are not tokens are left out."""
        tokens = {value for value in values if value is not None and is_sealed(value)}
        keys = await self.keys(connection, tenant, (_parts(token)[2] for token in tokens))
        return {token: _open(token, keys) for token in tokens}

    async def seal_content(
        self, connection: Connection, tenant: str, subject: str, content: bytes, place: str = ""
    ) -> bytes:
        """Encrypt bytes with a subject's key, created where there is none; raises `Erased` for a destroyed key.

        `place` says what the bytes are, such as which part of which file: they can be decrypted as nothing else.
        """
        key = (await self.keys_for_writing(connection, tenant, [subject]))[subject]
        nonce = os.urandom(_NONCE)
        return nonce + key.encrypt(nonce, content, f"{subject}{place}".encode())

    async def open_content(
        self, connection: Connection, tenant: str, subject: str, sealed: bytes, place: str = ""
    ) -> bytes | None:
        """Decrypt what `seal_content` encrypted; None once the key is destroyed."""
        key = (await self.keys(connection, tenant, [subject])).get(subject)
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{subject}{place}".encode()) if key else None

    def _wrap(self, tenant: str, subject: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._master.encrypt(nonce, AESGCM.generate_key(256), f"{tenant}:{subject}".encode())

    def _unwrap(self, tenant: str, subject: str, wrapped: bytes) -> AESGCM:
        return AESGCM(self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], f"{tenant}:{subject}".encode()))


@cache
def personal_fields(cls: type[BaseModel]) -> Mapping[str, str]:
    """Return the personal fields of an event class, each with the field that names its subject."""
    return {
        name: mark.subject
        for name, field in cls.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Personal)
    }


def subjects_of(event: BaseModel) -> set[str]:
    """Return the ids of the people whose keys are needed to store this event."""
    return {
        str(getattr(event, subject))
        for name, subject in personal_fields(type(event)).items()
        if getattr(event, name) is not None
    }


def seal(event: BaseModel, event_id: UUID, keys: Mapping[str, AESGCM]) -> dict[str, Any]:
    """Return the event as JSON values, with its personal texts encrypted."""
    body = event.model_dump(mode="json")
    for field, subject_field in personal_fields(type(event)).items():
        text, subject = body[field], str(body[subject_field])
        if text is not None and not _is_own_token(text, subject, keys):
            nonce = os.urandom(_NONCE)
            sealed = nonce + keys[subject].encrypt(nonce, text.encode(), _associated(event_id.hex, field))
            body[field] = ":".join(
                (_PREFIX, event_id.hex, field, quote(subject, safe=""), base64.urlsafe_b64encode(sealed).decode())
            )
    return body


def sealed_json(event: BaseModel, event_id: UUID, keys: Mapping[str, AESGCM]) -> bytes:
    """Return the event as JSON, with its personal texts encrypted.

    An event without personal texts is written as JSON text directly.
    """
    return to_json(seal(event, event_id, keys) if personal_fields(type(event)) else event, by_alias=False)


def is_sealed(text: str) -> bool:
    """Whether a text has the form of a sealed token."""
    return _TOKEN.fullmatch(text) is not None


def _is_own_token(text: str, subject: str, keys: Mapping[str, AESGCM]) -> bool:
    """Whether a text is this person's own token, copied from another event; any other text is sealed.

    If every text in the form of a token passed for one, somebody could type another person's token and have it opened.
    """
    return is_sealed(text) and _parts(text)[2] == subject and _open(text, keys) != ERASED


def _parts(token: str) -> tuple[str, str, str, str]:
    _, event, field, subject, text = token.split(":")
    return event, field, unquote(subject), text


def _open(token: str, keys: Mapping[str, AESGCM]) -> str:
    event, field, subject, text = _parts(token)
    key = keys.get(subject)
    if key is None:
        return ERASED
    try:
        sealed = base64.urlsafe_b64decode(text)
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _associated(event, field)).decode()
    except (InvalidTag, ValueError):  # somebody typed what looks like a token
        return ERASED


def _associated(event: str, field: str) -> bytes:
    return f"{event}:{field}".encode()
