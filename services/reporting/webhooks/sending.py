"""Send one event to a webhook: to an address that was checked, within a deadline, and follow no redirect."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx

from services.reporting.webhooks.addresses import IPAddress, Network, NoPublicAddress, parse_address, resolve
from shared.wording import counted_noun

DEADLINE = 10.0
"""Seconds for a delivery from the name's resolution to the status of the answer."""
TRIED = 2
"""Addresses of a name that are tried, one after the other."""
USER_AGENT = "Alongside-Webhooks/1"

Kind = Literal["delivered", "refused", "unreachable", "gone"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a delivery, and why it failed, in a sentence without its full stop.

    `refused`: there is a receiver, and it did not take the event. `unreachable`: there was none to answer. `gone`: the
    receiver wants no more events.
    """

    kind: Kind
    reason: str = ""


DELIVERED = Outcome("delivered")


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends events; `networks` are those outside the public network that the operator allows webhooks to go to."""

    certificates: ssl.SSLContext
    networks: Sequence[Network] = ()
    deadline: float = DEADLINE

    async def send(self, address: str, headers: Mapping[str, str], content: bytes) -> Outcome:
        """Send an event and return what came of it; raises nothing but a cancellation."""
        try:
            async with asyncio.timeout(self.deadline):
                return await self._send(parse_address(address), headers, content)
        except TimeoutError:
            return Outcome("refused", f"no answer within {counted_noun(self.deadline, 'second')}")
        except NoPublicAddress as error:
            return Outcome("unreachable", str(error))
        except httpx.ConnectError:
            return Outcome("unreachable", "no connection, or no valid certificate for its name")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Outcome("refused", f"the connection broke ({type(error).__name__})")

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], content: bytes) -> Outcome:
        *others, last = (await resolve(url, self.networks))[:TRIED]
        for address in others:
            try:
                return await self._send_to(address, url, headers, content)
            except httpx.ConnectError:
                continue
        return await self._send_to(last, url, headers, content)

    async def _send_to(self, address: IPAddress, url: httpx.URL, headers: Mapping[str, str], content: bytes) -> Outcome:
        """Send to this IP address, while name and certificate are those of the URL.

        The connection is of this delivery alone: kept for the next one, it could belong to another name. No proxy of
        the environment is used, since it would resolve the name again.
        """
        named = {**headers, "Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT}
        async with (
            httpx.AsyncClient(
                verify=self.certificates, trust_env=False, follow_redirects=False, timeout=self.deadline, http2=False
            ) as client,
            client.stream(
                "POST",
                url.copy_with(host=str(address)),
                headers=named,
                content=content,
                extensions={"sni_hostname": url.raw_host.decode("ascii").strip("[]")},
            ) as answer,
        ):
            return outcome_of(answer.status_code)  # what stands in the answer is not read


def outcome_of(status: int) -> Outcome:
    """Return what a status of an answer means."""
    match status:
        case _ if 200 <= status < 300:
            return DELIVERED
        case 410:
            return Outcome("gone", "the receiver answered 410: it wants no more events")
        case _ if 300 <= status < 400:
            return Outcome("refused", f"the receiver answered {status}, and redirects are not followed")
        case _:
            return Outcome("refused", f"the receiver answered {status}")
