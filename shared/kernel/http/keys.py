"""Public keys as services read them: a key set (RFC 7517) in which each key's id is its thumbprint (RFC 7638)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from jwt.algorithms import ECAlgorithm


def key_set(key: EllipticCurvePrivateKey) -> dict[str, Any]:
    """Return the key set of one key, with which everybody can verify what the key has signed."""
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"keys": [{**jwk, "kid": key_id_of(key), "use": "sig", "alg": "ES256"}]}


def key_id_of(key: EllipticCurvePrivateKey) -> str:
    """Return the id of a key: its thumbprint."""
    return thumbprint(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the digest of the members that RFC 7638 names, in the order of their names and without white space."""
    required = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).decode().rstrip("=")
