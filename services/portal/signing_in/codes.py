"""Codes that are sent to an e-mail address, to sign in with: six digits, ten minutes, once, in the browser that asked.

Source: product.md U1. Whether somebody has the address is not looked up while the page waits: the same is done for
every address, and the worker sends the mail or lets it go. A code stands nowhere but in its mail; in the table is a
keyed digest of it together with the secret in the cookie, so that it is of no use in another browser.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from services.portal.mail.outbox import queue_code
from services.portal.signing_in.identities import EVERYWHERE, digest_of_email
from services.portal.signing_in.sessions import digest_of_secret
from shared.kernel.decider import DomainError
from shared.kernel.http.rates import Rate
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.wording import counted_noun

DIGITS = 6
LASTS = timedelta(minutes=10)
WRONG_TRIES = 5
"""After so many wrong tries a code is of no use."""
MOST_OF_ADDRESS = ((4, timedelta(minutes=15)), (12, timedelta(days=1)))
"""How many codes may be asked for one address within a time and not be used: so many times five guesses a day."""
REQUESTS_OF_NETWORK = Rate(at_once=30, seconds=10)
"""How often one network may ask for a code, in each process: a school is one network."""
TRIES_OF_NETWORK = Rate(at_once=60, seconds=5)
"""How often one network may try a code, in each process."""


class TooManyCodes(DomainError):
    """So many codes were asked for an address that no further one is sent for some time."""

    status = 429


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code is another one; so many tries are left."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class CodeOver:
    """There is no code to compare with: it was used, is too old, was tried too often, or another browser asked."""


@dataclass(frozen=True, slots=True)
class RightCode:
    """The code is right: whoever typed it reads the mails of an address, whose digest this is."""

    address: bytes


async def request_code(connection: Connection, keyring: Keyring, email: str, now: datetime) -> str:
    """Make a code, put its mail into the outbox, and return the secret for the cookie of the browser that asked.

    In the caller's transaction. Raises `TooManyCodes`, for addresses that are known and unknown alike.
    """
    address = digest_of_email(keyring, email)
    await connection.execute("select pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", address)
    for most, within in MOST_OF_ADDRESS:
        oldest = await connection.fetchval(
            """select asked_at from code_requests where address = $1 and asked_at > $2
               order by asked_at desc offset $3 limit 1""",
            address,
            now - within,
            most - 1,
        )
        if oldest is not None:
            minutes = counted_noun(ceil((oldest + within - now).total_seconds() / 60), "minute")
            raise TooManyCodes(
                f"Several codes were asked for this address already. Use the latest one, or ask again in {minutes}."
            )
    secret, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    request = digest_of_secret(secret)
    await connection.execute("insert into code_requests values ($1, $2, $3)", request, address, now)
    await connection.execute(
        "insert into sign_in_codes (request, address, code, expires_at) values ($1, $2, $3, $4)",
        request,
        address,
        _digest_of_code(keyring, secret, code),
        now + LASTS,
    )
    await queue_code(connection, keyring, email, code, now, now + LASTS)
    return secret


async def try_code(
    connection: Connection, keyring: Keyring, secret: str, code: str, now: datetime
) -> RightCode | WrongCode | CodeOver:
    """Try a code in the browser that has this secret; a wrong one counts, so commit the caller's transaction.

    The row is locked from the first statement on, so a code is right once, however many try it at one time.
    """
    request = digest_of_secret(secret)
    row = await connection.fetchrow(
        """update sign_in_codes set tries = tries + 1
           where request = $1 and expires_at > $2 and tries < $3 returning address, code, tries""",
        request,
        now,
        WRONG_TRIES,
    )
    if row is None:
        return CodeOver()
    typed = "".join(digit for digit in code if digit.isdecimal())
    if not hmac.compare_digest(row["code"], _digest_of_code(keyring, secret, typed)):
        left = WRONG_TRIES - row["tries"]
        return WrongCode(left) if left else CodeOver()
    for table in ("sign_in_codes", "code_requests"):
        await connection.execute(f"delete from {table} where request = $1", request)
    return RightCode(row["address"])


def _digest_of_code(keyring: Keyring, secret: str, code: str) -> bytes:
    return keyring.digest(EVERYWHERE, "code", f"{secret} {code}")
