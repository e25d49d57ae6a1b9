"""Only a token of the issuer, for us, in time, with a tenant, says who somebody is."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alongside.local.issuer import Issuer
from shared.kernel.http.tokens import IssuerAway, Unauthenticated, Verifier
from shared.kernel.settings import Settings


class Desk:
    """An issuer, and a verifier that trusts it."""

    def __init__(self, state: Path) -> None:
        self.issuer = Issuer(state)
        self.settings = Settings.model_validate({"alongside_jwks_url": self.issuer.jwks_url})
        self.verifier = Verifier(self.settings)
        self.jwk = json.loads((state / "jwks.json").read_text())["keys"][0]

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        claims = {
            "iss": self.settings.alongside_issuer,
            "aud": self.settings.alongside_audience,
            "sub": "somebody",
            "tenant": "north-star",
            "roles": ["mentor"],
            "schools": ["100001"],
            "iat": now,
            "exp": now + timedelta(hours=1),
        } | changed
        return {name: value for name, value in claims.items() if value is not None}

    def sign_token(self, key: Any = None, algorithm: str = "ES256", kid: str | None = None, **changed: Any) -> str:
        headers = {"kid": kid or self.jwk["kid"]}
        return jwt.encode(self.claims(**changed), key or self.issuer._key.private, algorithm=algorithm, headers=headers)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_good_token_says_who_it_is(desk: Desk) -> None:
    who = await desk.verifier.principal(desk.sign_token())
    assert (who.subject, who.tenant, who.roles, who.schools) == (
        "somebody",
        "north-star",
        frozenset({"mentor"}),
        frozenset({"100001"}),
    )
    assert who.has("mentor", "lead")
    assert not who.has("lead")


def hmac_with_the_public_key(desk: Desk) -> str:
    """The classic: the verification key taken for a shared secret."""
    public = desk.issuer._key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def part(value: object) -> str:
        return (
            base64.urlsafe_b64encode(json.dumps(value, default=lambda at: int(at.timestamp())).encode())
            .decode()
            .rstrip("=")
        )

    said = f"{part({'alg': 'HS256', 'kid': desk.jwk['kid'], 'typ': 'JWT'})}.{part(desk.claims())}"
    signature = hmac.digest(public, said.encode(), hashlib.sha256)
    return f"{said}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


FORGED: dict[str, Callable[[Desk], str]] = {
    "expired": lambda desk: desk.sign_token(exp=datetime.now(UTC) - timedelta(seconds=1)),
    "not yet": lambda desk: desk.sign_token(nbf=datetime.now(UTC) + timedelta(hours=1)),
    "for others": lambda desk: desk.sign_token(aud="somebody-else"),
    "by others": lambda desk: desk.sign_token(iss="https://somebody.else.example"),
    "another key": lambda desk: desk.sign_token(ec.generate_private_key(ec.SECP256R1())),
    "an unknown key id": lambda desk: desk.sign_token(kid="unknown"),
    "no algorithm": lambda desk: jwt.encode(desk.claims(), "", algorithm="none", headers={"kid": desk.jwk["kid"]}),
    "hmac with the public key": hmac_with_the_public_key,
    "no expiry": lambda desk: desk.sign_token(exp=None),
    "no tenant": lambda desk: desk.sign_token(tenant=None),
    "no subject": lambda desk: desk.sign_token(sub=None),
    "tenant is a list": lambda desk: desk.sign_token(tenant=["north-star", "other"]),
    "two tenants in one": lambda desk: desk.sign_token(tenant="north-star,other"),
    "empty tenant": lambda desk: desk.sign_token(tenant=""),
    "roles are a text": lambda desk: desk.sign_token(roles="mentor"),
    "roles are nested": lambda desk: desk.sign_token(roles=[["lead"]]),
    "body changed": lambda desk: ".".join(
        [
            desk.sign_token().split(".")[0],
            desk.sign_token(tenant="other").split(".")[1],
            desk.sign_token().split(".")[2],
        ]
    ),
    "cut off": lambda desk: desk.sign_token()[:-5],
    "garbage": lambda _: "garbage",
    "empty parts": lambda _: "..",
    "not ascii": lambda _: "ä.ö.ü",
    "header is no object": lambda _: "W10.e30.AAAA",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_any_other_token_is_nobodys(desk: Desk, forge: Callable[[Desk], str]) -> None:
    with pytest.raises(Unauthenticated):
        await desk.verifier.principal(forge(desk))


async def test_the_issuer_is_not_asked_for_a_key_again_within_a_minute(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    asked: list[str] = []
    (issuer, keys) = desk.verifier._issuers[desk.settings.alongside_issuer]

    def ask(key_id: str) -> jwt.PyJWK:
        asked.append(key_id)
        return keys(key_id)

    monkeypatch.setitem(desk.verifier._issuers, issuer.issuer, (issuer, ask))
    monkeypatch.setattr("shared.kernel.http.tokens.time.monotonic", lambda: now[0])

    for later in (0, 30, 31, 1):
        now[0] += later
        assert (await desk.verifier.principal(desk.sign_token())).subject == "somebody"

    assert asked == [desk.jwk["kid"]] * 2


async def test_an_issuer_that_is_away_is_not_the_persons_fault(desk: Desk) -> None:
    away = Verifier(Settings.model_validate({"alongside_jwks_url": "http://127.0.0.1:9/jwks.json"}))
    with pytest.raises(IssuerAway) as caught:
        await away.principal(desk.sign_token())
    assert (caught.value.status, caught.value.members) == (503, {"retry_after": 5})


async def test_a_token_of_a_further_issuer_counts_at_the_service_that_it_is_for(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    portal = Desk(tmp_path / "portal")
    further = {
        "issuer": "https://portal.example",
        "keys": portal.issuer.jwks_url,
        "audience": "alongside-{service}",
        "claims": {"subject": "person", "roles": "groups"},
    }
    settings = Settings.model_validate({"alongside_jwks_url": desk.issuer.jwks_url, "alongside_issuers": [further]})
    about: dict[str, Any] = {
        "iss": "https://portal.example",
        "person": "amal",
        "groups": ["tutor"],
        "roles": ["partnership_lead"],
    }

    token = portal.sign_token(aud="alongside-sessions", **about)
    who = await Verifier(settings, "sessions").principal(token)
    assert (who.subject, who.roles) == ("amal", frozenset({"tutor"}))

    with pytest.raises(Unauthenticated):
        await Verifier(settings, "reporting").principal(token)
    with pytest.raises(Unauthenticated):  # the key of one issuer signs nothing for another one
        await Verifier(settings, "sessions").principal(desk.sign_token(aud="alongside-sessions", **about))
    assert (await Verifier(settings, "sessions").principal(desk.sign_token())).subject == "somebody"
