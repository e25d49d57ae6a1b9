"""Sign deliveries by Standard Webhooks (https://www.standardwebhooks.com), so that receivers can use its libraries."""

import base64
import hmac
import os
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32


def make_secret() -> bytes:
    """Make the secret of a webhook."""
    return os.urandom(_BYTES)


def show_secret(secret: bytes) -> str:
    """Return a secret as its receiver configures it."""
    return f"{PREFIX}{base64.b64encode(secret).decode()}"


def signed_headers(delivery_id: str, timestamp: int, content: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """Return the headers of a delivery at a time (seconds since 1970), signed with each of these secrets.

    While a secret is being replaced there are two: a receiver accepts what one of them has signed.
    """
    signed = f"{delivery_id}.{timestamp}.".encode() + content
    digests = (hmac.digest(secret, signed, "sha256") for secret in secrets)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": f"{timestamp}",
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }
