"""Who is asking: a token verified against the issuer's keys, and what it says of the person."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKSet

from shared.kernel.decider import DomainError
from shared.kernel.settings import Settings

ALGORITHMS = ["ES256", "EdDSA", "RS256"]
"""Asymmetric only: whoever can verify a token cannot make one."""


class Unauthenticated(DomainError):
    """There is no valid token."""

    status = 401


class IssuerAway(DomainError):
    """The issuer's keys cannot be read now."""

    status = 503


@dataclass(frozen=True, slots=True)
class Principal:
    """The person behind a request: opaque id, tenant (partnership), roles, and the schools (URNs) they act for."""

    subject: str
    tenant: str
    roles: frozenset[str]
    schools: frozenset[str] = field(default_factory=frozenset)

    def has(self, *roles: str) -> bool:
        """Whether the person has one of these roles."""
        return not self.roles.isdisjoint(roles)


class Verifier:
    """Verifies tokens: signature, issuer, audience, expiry, and that the tenant is one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys = _key_set(settings.alongside_jwks_url)

    async def principal(self, token: str) -> Principal:
        """Who the token is about; raises `Unauthenticated` or `IssuerAway`."""
        try:
            # in a thread: now and then it asks the issuer
            key = await asyncio.to_thread(self._keys, str(jwt.get_unverified_header(token).get("kid")))
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=self._settings.alongside_issuer,
                audience=self._settings.alongside_audience,
                options={"require": ["exp", "iat", "sub", "tenant"]},
            )
        except jwt.PyJWKClientConnectionError:
            raise IssuerAway("Sign-in cannot be checked at the moment; try again shortly.", retry_after=5) from None
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("Your sign-in has expired; sign in again.") from None
        except (jwt.PyJWTError, ValueError, KeyError):
            raise Unauthenticated("This token is not valid here; sign in again.") from None
        return _principal(claims)


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


def _principal(claims: dict[str, Any]) -> Principal:
    subject, tenant = claims["sub"], claims["tenant"]
    roles, schools = claims.get("roles", []), claims.get("schools", [])
    if not (isinstance(tenant, str) and tenant.replace("-", "").isalnum() and tenant.isascii()):
        raise Unauthenticated("This token names no partnership; sign in again.")
    if not all(isinstance(part, list) and all(isinstance(item, str) for item in part) for part in (roles, schools)):
        raise Unauthenticated("This token is not valid here; sign in again.")
    return Principal(str(subject), tenant, frozenset(roles), frozenset(schools))
