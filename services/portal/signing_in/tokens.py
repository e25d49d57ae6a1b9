"""Tokens by which a service knows who looks at a page: good for five minutes, for one service, for one role."""

import time
from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.kernel.http.keys import key_id_of
from shared.kernel.principal import Principal

ALGORITHM = "ES256"
LIFETIME = timedelta(minutes=5)
REUSED_FOR = 240.0
"""Seconds for which a token is used again: signing takes longer than everything else that a call needs here."""
KEPT_AT_MOST = 5_000


class TokenMint:
    """Makes tokens of the portal, which no browser ever sees."""

    def __init__(self, issuer: str, key: str) -> None:
        self._issuer = issuer
        loaded = load_pem_private_key(key.encode(), password=None)
        if not isinstance(loaded, EllipticCurvePrivateKey):
            raise TypeError("the portal signs with a key of the kind EC P-256")
        self._key = loaded
        self._key_id = key_id_of(loaded)
        self._made: dict[tuple[Principal, str], tuple[str, float]] = {}

    def token(self, who: Principal, service: str) -> str:
        """Return a token for somebody at a service."""
        made, until = self._made.get((who, service), ("", 0.0))
        if time.monotonic() > until:
            if len(self._made) >= KEPT_AT_MOST:
                self._made.clear()
            made = self._sign(who, service)
            self._made[who, service] = made, time.monotonic() + REUSED_FOR
        return made

    def _sign(self, who: Principal, service: str) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self._issuer,
            "aud": f"alongside-{service}",
            "sub": who.subject,
            "tenant": who.tenant,
            "roles": sorted(who.roles),
            "schools": sorted(who.schools),
            "iat": now,
            "exp": now + LIFETIME,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})
