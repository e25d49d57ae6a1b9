"""Deliveries are signed by Standard Webhooks: checked by a receiver written from its text."""

import base64
import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.webhooks.signing import make_secret, show_secret, signed_headers


def is_signed(headers: dict[str, str], content: bytes, secret: str) -> bool:
    """Check a delivery as a receiver does."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), content))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(each, f"v1,{expected}") for each in headers["webhook-signature"].split(" "))


@given(st.binary(max_size=300), st.integers(0, 2**33))
def test_what_was_signed_is_recognised_and_nothing_else(content: bytes, timestamp: int) -> None:
    old, new, other = make_secret(), make_secret(), make_secret()
    headers = signed_headers("5d3b3bb7", timestamp, content, [new, old])

    assert is_signed(headers, content, show_secret(new))
    assert is_signed(headers, content, show_secret(old))
    assert not is_signed(headers, content, show_secret(other))
    assert not is_signed(headers, content + b" ", show_secret(new))
    assert not is_signed({**headers, "webhook-id": "5d3b3bb8"}, content, show_secret(new))
    assert not is_signed({**headers, "webhook-timestamp": f"{timestamp + 1}"}, content, show_secret(new))


def test_a_secret_has_the_form_that_libraries_read() -> None:
    shown = show_secret(make_secret())

    assert shown.startswith("whsec_")
    assert len(base64.b64decode(shown.removeprefix("whsec_"), validate=True)) == 32
    assert show_secret(make_secret()) != shown


def test_the_example_that_is_published_with_the_standard_has_its_signature() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [secret])

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
