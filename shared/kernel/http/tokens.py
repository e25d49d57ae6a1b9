"""Verify bearer tokens against the issuer's keys, and read each into a principal."""

import asyncio
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKSet

from shared.kernel.decider import DomainError
from shared.kernel.principal import Principal, is_tenant
from shared.kernel.settings import ClaimNames, Settings

ALGORITHMS = ["ES256", "EdDSA", "RS256"]
"""Asymmetric only: a service that can verify a token cannot issue one."""

CACHED_FOR = 60.0
"""Seconds that a key is cached: a look-up in a thread for each request costs a tenth of the request."""


class Unauthenticated(DomainError):
    """The request has no valid token."""

    status = 401


class IssuerAway(DomainError):
    """The issuer's keys cannot be read at the moment."""

    status = 503


class Verifier:
    """Verifies tokens of the trusted issuers: signature, issuer, audience, expiry, and the form of the tenant."""

    def __init__(self, settings: Settings, service: str = "") -> None:
        """`service` is the name that stands for `{service}` in the audience of an issuer."""
        self._issuers = {each.issuer: (each, _key_set(each.keys)) for each in settings.trusted_issuers()}
        self._service = service
        self._cached: dict[tuple[str, str], tuple[PyJWK, float]] = {}

    async def principal(self, token: str) -> Principal:
        """Return the person whom the token identifies; raises `Unauthenticated` or `IssuerAway`."""
        try:
            named = jwt.decode(token, options={"verify_signature": False})
            issuer, keys = self._issuers[str(named.get("iss"))]
            key = await self._key(issuer.issuer, keys, str(jwt.get_unverified_header(token).get("kid")))
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=issuer.issuer,
                audience=issuer.audience.format(service=self._service),
                options={"require": ["exp", "iat", issuer.claims.subject, issuer.claims.tenant]},
            )
        except jwt.PyJWKClientConnectionError:
            raise IssuerAway("Sign-in cannot be checked at the moment; try again shortly.", retry_after=5) from None
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("Your sign-in has expired; sign in again.") from None
        except (jwt.PyJWTError, ValueError, KeyError):
            raise Unauthenticated("This token is not valid here; sign in again.") from None
        return _principal(claims, issuer.claims)

    async def _key(self, issuer: str, keys: Callable[[str], PyJWK], key_id: str) -> PyJWK:
        """A key of an issuer, looked up in a thread, and then cached for `CACHED_FOR` seconds."""
        key, until = self._cached.get((issuer, key_id), (None, 0.0))
        if key is None or time.monotonic() > until:
            key = await asyncio.to_thread(keys, key_id)
            self._cached[issuer, key_id] = key, time.monotonic() + CACHED_FOR
        return key


def _key_set(url: str) -> Callable[[str], PyJWK]:
    """Keys by their id: the issuer's over HTTPS, or those of a local issuer, from its file."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        file = Path(unquote(parts.path))

        @lru_cache(maxsize=16)
        def from_file(key_id: str) -> PyJWK:
            return PyJWKSet.from_json(file.read_text(encoding="utf-8"))[key_id]

        return from_file
    return PyJWKClient(url, cache_keys=True, lifespan=300).get_signing_key


def _principal(claims: dict[str, Any], names: ClaimNames) -> Principal:
    subject, tenant = claims[names.subject], claims[names.tenant]
    roles, schools = claims.get(names.roles, []), claims.get(names.schools, [])
    if not (isinstance(tenant, str) and is_tenant(tenant)):
        raise Unauthenticated(
            "This token names no partnership: its name has letters without accents, digits and hyphens. Sign in again."
        )
    if not all(isinstance(part, list) and all(isinstance(item, str) for item in part) for part in (roles, schools)):
        raise Unauthenticated("This token is not valid here; sign in again.")
    return Principal(_normalised(str(subject)), tenant, frozenset(roles), frozenset(schools))


def _normalised(subject: str) -> str:
    """Return an id of a person in the form in which ids are stored, however the issuer writes it."""
    try:
        return str(UUID(subject))
    except ValueError:
        return subject
