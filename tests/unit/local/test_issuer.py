"""Tokens of the local issuer are verified as any provider's: by its published keys."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from alongside.local.issuer import AUDIENCE, ISSUER, Issuer
from shared.kernel.http.keys import thumbprint


def read_claims(token: str, jwks_url: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_json(Path(urlsplit(jwks_url).path).read_text())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)


def test_a_token_says_who_may_act_where_and_as_what(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)

    token = issuer.token("person-1", "north", ["mentor"], ["urn:school:1"], timedelta(hours=1))

    claims = read_claims(token, issuer.jwks_url)
    assert claims.pop("exp") - claims.pop("iat") == 3600
    assert claims == {
        "iss": "https://issuer.local.alongside.example",
        "aud": "alongside",
        "sub": "person-1",
        "tenant": "north",
        "roles": ["mentor"],
        "schools": ["urn:school:1"],
    }


def test_a_token_outlives_a_restart_of_the_stack(tmp_path: Path) -> None:
    token = Issuer(tmp_path).token("person-1", "north", ["lead"])

    assert read_claims(token, Issuer(tmp_path).jwks_url)["sub"] == "person-1"


def test_the_keys_of_another_state_directory_do_not_know_a_token(tmp_path: Path) -> None:
    token = Issuer(tmp_path / "one").token("person-1", "north", ["lead"])

    with pytest.raises(KeyError):
        read_claims(token, Issuer(tmp_path / "other").jwks_url)


def test_a_token_ends(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)

    with pytest.raises(jwt.ExpiredSignatureError):
        read_claims(issuer.token("person-1", "north", ["lead"], lifetime=timedelta(seconds=-1)), issuer.jwks_url)


def test_the_published_keys_hold_no_private_part(tmp_path: Path) -> None:
    Issuer(tmp_path)

    assert '"d"' not in (tmp_path / "jwks.json").read_text()
    assert (tmp_path / "issuer-key.pem").stat().st_mode & 0o777 == 0o600


def test_the_key_id_is_the_thumbprint_of_rfc_7638() -> None:
    # the elliptic key of RFC 7517 A.1; the digest was computed apart, with openssl
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "use": "enc",
        "kid": "1",
    }

    assert thumbprint(jwk) == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
