"""The local token issuer, in place of an identity provider.

Its private key is generated once for each state directory. The services verify tokens with the public key in
`<state>/jwks.json`.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from alongside.local.files import write_atomically

ISSUER = "https://issuer.local.alongside.example"
AUDIENCE = "alongside"
ALGORITHM = "ES256"
A_DAY = timedelta(days=1)


class Issuer:
    """Signs tokens with the key of one state directory."""

    def __init__(self, state: Path) -> None:
        self._key = _load_or_create_key(state / "issuer-key.pem")
        jwk = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self._key_id = _thumbprint(jwk)
        self._jwks = state / "jwks.json"
        published = {"keys": [{**jwk, "kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}
        write_atomically(self._jwks, json.dumps(published, indent=2), mode=0o644)

    @property
    def jwks_url(self) -> str:
        """A `file:` URL of the public keys."""
        return self._jwks.as_uri()

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
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})


def _load_or_create_key(file: Path) -> ec.EllipticCurvePrivateKey:
    if not file.exists():
        private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_atomically(file, private.decode())
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638: the digest of the required members, in the order of their names and without white space."""
    required = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).decode().rstrip("=")
