"""Sign in at a provider by OpenID Connect: the code flow with PKCE, a state and a nonce.

Source: product.md U1. What somebody began with goes along in a sealed cookie of their browser, so the answer of the
provider is of use in that browser only. A provider is asked within a deadline; one that does not answer is `Away`.
"""

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.exceptions import InvalidTag
from jwt import PyJWK, PyJWKSet
from pydantic import BaseModel, ConfigDict, ValidationError

from services.portal.signing_in.identities import EVERYWHERE
from services.portal.signing_in.settings import Provider, is_protected
from shared.kernel.postgres.personal import Keyring

log = structlog.get_logger()

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric only: whoever can verify an ID token cannot make one."""
DEADLINE = 10.0
"""Seconds for everything that a provider is asked while somebody waits for a page."""
STEP_DEADLINE = 5.0
"""Seconds for each request to it."""
READ_AGAIN_AFTER = 3600.0
"""Seconds for which the addresses and keys of a provider are kept."""
UNKNOWN_KEY_AFTER = 30.0
"""Seconds after which keys are read again for a token that names an unknown key."""
LEEWAY = timedelta(seconds=30)
"""How far the provider's clock and ours may be apart."""
ATTEMPT_LASTS = timedelta(minutes=10)
PLACE = "attempt to sign in"


class ProviderAway(Exception):
    """The provider does not answer at this moment, or not in time."""


class NotSignedIn(Exception):
    """The provider's answer signs nobody in; the reason is for the log, not for whoever sent it."""


class Attempt(BaseModel):
    """What somebody began to sign in with, kept by their browser alone, and unreadable there."""

    model_config = ConfigDict(frozen=True)

    provider: str
    state: str
    nonce: str
    verifier: str
    until: datetime
    back_to: str = "/"
    invitation: str = ""


def begin_attempt(provider: str, now: datetime, back_to: str = "/", invitation: str = "") -> Attempt:
    """Begin to sign in at a provider; `back_to` is the page to show afterwards."""
    return Attempt(
        provider=provider,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        until=now + ATTEMPT_LASTS,
        back_to=back_to,
        invitation=invitation,
    )


def seal_attempt(keyring: Keyring, attempt: Attempt) -> str:
    """Return the value of the cookie that keeps an attempt."""
    return base64.urlsafe_b64encode(keyring.seal_secret(EVERYWHERE, PLACE, attempt.model_dump_json().encode())).decode()


def open_attempt(keyring: Keyring, cookie: str, now: datetime) -> Attempt | None:
    """Return the attempt of a cookie; None where there is none, or where it is over."""
    try:
        opened = keyring.open_secret(EVERYWHERE, PLACE, base64.urlsafe_b64decode(cookie.encode()))
        attempt = Attempt.model_validate_json(opened)
    except (InvalidTag, ValidationError, ValueError, binascii.Error):
        return None
    return attempt if attempt.until > now else None


@dataclass(frozen=True, slots=True)
class ShownIdentity:
    """Who somebody is at a provider, and their e-mail address there if the provider has verified it."""

    subject: str
    verified_email: str | None


@dataclass(slots=True)
class _Kept:
    """What a provider has said of itself, and when; its keys by id."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    metadata_read_at: float = -READ_AGAIN_AFTER
    keys: tuple[PyJWK, ...] = ()
    keys_read_at: float = -READ_AGAIN_AFTER


class ProviderClient:
    """The portal as a client of one provider: `redirect_uri` is where it leads somebody back to."""

    def __init__(self, provider: Provider, redirect_uri: str, http: httpx.AsyncClient) -> None:
        self.provider = provider
        self._secret = provider.secret()
        self._redirect_uri = redirect_uri
        self._http = http
        self._kept = _Kept()

    async def address(self, attempt: Attempt) -> str:
        """Return the address at the provider to which somebody is led; raises `ProviderAway`."""
        async with _deadline():
            metadata = await self._metadata()
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self.provider.client_id,
                "code",
                redirect_uri=self._redirect_uri,
                scope=self.provider.scopes,
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    async def identify(self, attempt: Attempt, code: str, issuer: str) -> ShownIdentity:
        """Return who has come back with this code; raises `ProviderAway`, and `NotSignedIn` for anything that is wrong.

        `issuer` is what the answer itself says about where it comes from (RFC 9207), or empty.
        """
        async with _deadline():
            metadata = await self._metadata()
            says_issuer = metadata.get("authorization_response_iss_parameter_supported") is True
            if (issuer or says_issuer) and issuer != self.provider.issuer:
                raise NotSignedIn("the answer comes from another issuer")
            tokens = await self._exchange(metadata["token_endpoint"], attempt, code)
            claims = await self._claims(metadata, str(tokens.get("id_token")))
            if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()):
                raise NotSignedIn("the ID token is for another attempt")
            if self.provider.claims.email not in claims:
                claims = {**await self._user_info(metadata, tokens, claims["sub"]), **claims}
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> ShownIdentity:
        names = self.provider.claims
        subject, email = claims.get(names.subject), claims.get(names.email)
        if not isinstance(subject, str | int) or not str(subject):
            raise NotSignedIn("the ID token does not say who it is about")
        is_verified = claims.get(names.email_verified) in (True, 1, "true", "1")
        return ShownIdentity(str(subject), email if is_verified and isinstance(email, str) and email else None)

    async def _exchange(self, endpoint: str, attempt: Attempt, code: str) -> Mapping[str, Any]:
        """Exchange the code for tokens."""
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._redirect_uri, code_verifier=attempt.verifier
        )
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        offered = self._kept.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        uri, headers, body = ClientAuth(self.provider.client_id, self._secret, method).prepare(
            "POST", endpoint, headers, body
        )
        answer = await self._ask("POST", uri, headers=headers, content=body)
        if answer.is_error:
            raise NotSignedIn(f"the code is not taken (HTTP {answer.status_code})")
        return _object(answer)

    async def _claims(self, metadata: Mapping[str, Any], id_token: str) -> dict[str, Any]:
        """Return the claims of an ID token whose signature, issuer, audience and time are right."""
        try:
            key = await self._key(metadata["jwks_uri"], jwt.get_unverified_header(id_token).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self.provider.issuer,
                audience=self.provider.client_id,
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotSignedIn(f"the ID token is not valid ({type(error).__name__})") from None
        party = claims.get("azp")
        is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if party != self.provider.client_id and (party is not None or is_for_several):
            raise NotSignedIn("the ID token is for another client")
        return claims

    async def _user_info(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """Return what the provider says about somebody besides the ID token; nothing where it says no more."""
        if not _is_address(metadata.get("userinfo_endpoint")) or not isinstance(tokens.get("access_token"), str):
            return {}
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
        answer = await self._ask("GET", metadata["userinfo_endpoint"], headers=headers)
        about = {} if answer.is_error else _object(answer)
        return about if about.get("sub") == subject else {}

    async def _key(self, address: str, key_id: str | None) -> PyJWK:
        """Return the key that a token names, or the only one where it names none."""
        kept, now = self._kept, time.monotonic()
        found = self._known_key(key_id)
        since = now - kept.keys_read_at
        if since > READ_AGAIN_AFTER or (found is None and since > UNKNOWN_KEY_AFTER):
            kept.keys = tuple(PyJWKSet.from_dict(dict(_object(await self._read(address)))).keys)
            kept.keys_read_at = now
            found = self._known_key(key_id)
        if found is None:
            raise NotSignedIn("the ID token is signed with an unknown key")
        return found

    def _known_key(self, key_id: str | None) -> PyJWK | None:
        keys = self._kept.keys
        if key_id is None:
            return keys[0] if len(keys) == 1 else None
        return next((key for key in keys if key.key_id == key_id), None)

    async def _metadata(self) -> Mapping[str, Any]:
        kept, now = self._kept, time.monotonic()
        if now - kept.metadata_read_at > READ_AGAIN_AFTER:
            address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _object(await self._read(address))
            addresses = (found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
            if found.get("issuer") != self.provider.issuer or not all(map(_is_address, addresses)):
                log.error("a provider describes itself as another one", provider=self.provider.name)
                raise ProviderAway
            kept.metadata, kept.metadata_read_at = found, now
        return kept.metadata

    async def _read(self, address: str) -> httpx.Response:
        answer = await self._ask("GET", address, headers={"Accept": "application/json"})
        if answer.is_error:
            raise ProviderAway
        return answer

    async def _ask(self, method: str, address: str, **sent: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, address, **sent)
        except httpx.HTTPError as error:
            log.warning("a provider does not answer", provider=self.provider.name, error=type(error).__name__)
            raise ProviderAway from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderAway
        return answer


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    """Limit the time of all that a provider is asked; raises `ProviderAway` once it is over."""
    try:
        async with asyncio.timeout(DEADLINE):
            yield
    except TimeoutError:
        raise ProviderAway from None


def open_provider_http() -> httpx.AsyncClient:
    """Return the HTTP client with which providers are asked; it follows no redirect."""
    return httpx.AsyncClient(timeout=STEP_DEADLINE, follow_redirects=False)


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise ProviderAway from None
    if not isinstance(found, dict):
        raise ProviderAway
    return found


def _is_address(address: object) -> bool:
    return isinstance(address, str) and is_protected(address)
