"""An OpenID Connect provider of the tests: a real HTTP server, whose tokens are as right or wrong as a test says."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.pages import serve_pages

CLIENT, SECRET = "alongside", "a secret: with / signs"

Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class IdentityProvider:
    """A provider. `change` alters the claims of the next ID tokens, `sign` makes another token than a signed one."""

    issuer: str = ""
    is_away: bool = False
    change: Change = dict
    sign: Callable[[dict[str, Any]], str] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    """What the portal has asked for, each time that it led somebody here."""
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)

    def answer(self, address: str, subject: str, email: str | None = None, *, verified: bool = True) -> str:
        """Sign somebody in who was led to `address`, and return where they are led back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        claims: dict[str, Any] = {"sub": subject}
        if email is not None:
            claims |= {"email": email, "email_verified": verified}
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked, claims
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, claims: dict[str, Any]) -> str:
        """Return an ID token that this provider has signed."""
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "first"})

    @property
    def app(self) -> Starlette:
        """The provider's HTTP application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/token", self._exchange, methods=["POST"]),
            ]
        )

    async def _describe(self, _: Request) -> Response:
        if self.is_away:
            return Response(status_code=503)
        addresses = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        places = {name: f"{self.issuer}/{path}" for name, path in addresses.items()}
        return JSONResponse({"issuer": self.issuer, **places})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True) | {"kid": "first"}]})

    async def _exchange(self, request: Request) -> Response:
        if self.is_away:
            return Response(status_code=503)
        form = await request.form()
        asked, claims = self._codes.pop(str(form["code"]), ({}, {}))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        is_right = (
            asked.get("code_challenge") == challenge.decode().rstrip("=")
            and asked.get("redirect_uri") == form["redirect_uri"]
            and _client_of(request) == (CLIENT, SECRET)
        )
        if not is_right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = datetime.now(UTC)
        whole = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + timedelta(minutes=5)}
        changed = self.change(whole | claims | {"nonce": asked["nonce"]})
        token = (self.sign or self.token)(changed)
        return JSONResponse({"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "id_token": token})


def _client_of(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    name, _, secret = base64.b64decode(value).decode().partition(":") if scheme == "Basic" else ("", "", "")
    return unquote(name), unquote(secret)


@asynccontextmanager
async def run_identity_provider() -> AsyncIterator[IdentityProvider]:
    """Serve a provider within the block."""
    provider = IdentityProvider()
    async with serve_pages(provider.app) as address:
        provider.issuer = address
        yield provider
