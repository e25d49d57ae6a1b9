"""The local token issuer, in place of an identity provider.

Its private key is generated once for each state directory. The services verify tokens with the public key in
`<state>/jwks.json`.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alongside.local.files import write_atomically
from shared.kernel.http.keys import key_id_of, key_set

ISSUER = "https://issuer.local.alongside.example"
PORTAL_ISSUER = "https://portal.local.alongside.example"
AUDIENCE = "alongside"
ALGORITHM = "ES256"
A_DAY = timedelta(days=1)


class SigningKey:
    """A key that signs tokens: its private part is generated once for each state directory, the public one published.

    `name` is that of the private file, `published` that of the key set.
    """

    def __init__(self, state: Path, name: str, published: str) -> None:
        self.private = _load_or_create_key(state / name)
        self.key_id = key_id_of(self.private)
        self._published = state / published
        write_atomically(self._published, json.dumps(key_set(self.private), indent=2), mode=0o644)

    @property
    def jwks_url(self) -> str:
        """A `file:` URL of the public keys."""
        return self._published.as_uri()

    @property
    def pem(self) -> str:
        """The private key as text."""
        return _written(self.private).decode()


class Issuer:
    """Signs tokens with the key of one state directory."""

    def __init__(self, state: Path) -> None:
        self._key = SigningKey(state, "issuer-key.pem", "jwks.json")

    @property
    def jwks_url(self) -> str:
        """A `file:` URL of the public keys."""
        return self._key.jwks_url

    def token(
        self,
        subject: str,
        tenant: str,
        roles: Sequence[str],
        schools: Sequence[str] = (),
        lifetime: timedelta = A_DAY,
    ) -> str:
        """Issue a signed token for `subject` (an opaque id) with a tenant, roles and schools (URNs)."""
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "tenant": tenant,
            "roles": list(roles),
            "schools": list(schools),
            "iat": now,
            "exp": now + lifetime,
        }
        return jwt.encode(claims, self._key.private, algorithm=ALGORITHM, headers={"kid": self._key.key_id})


def portal_key(state: Path) -> SigningKey:
    """Return the key with which the portal signs the tokens by which services know who looks at a page."""
    return SigningKey(state, "portal-key.pem", "portal-jwks.json")


def portal_issuer(keys: str) -> str:
    """Return the setting by which services trust the portal, whose key set is at `keys`."""
    return json.dumps([{"issuer": PORTAL_ISSUER, "keys": keys, "audience": "alongside-{service}"}])


def _load_or_create_key(file: Path) -> ec.EllipticCurvePrivateKey:
    if not file.exists():
        write_atomically(file, _written(ec.generate_private_key(ec.SECP256R1())).decode())
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _written(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
