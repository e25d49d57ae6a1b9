"""A worker's deliveries in a process of their own, to be killed: `python delivering_process.py URL KEY CERTIFICATE`."""

import asyncio
import ssl
import sys
from datetime import timedelta

from services.reporting.webhooks.delivering import Deliverer
from services.reporting.webhooks.queue import DeliveryQueue
from services.reporting.webhooks.sending import Sender
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from tests.integration.reporting.webhooks import AT_ONCE, LOOPBACK

LEASE = timedelta(seconds=3)


async def deliver(url: str, key: str, certificate: str) -> None:
    async with await open_pool(url, size=4) as pool:
        sender = Sender(ssl.create_default_context(cafile=certificate), LOOPBACK, 60)
        await Deliverer(DeliveryQueue(pool, Keyring(key), LEASE), sender, AT_ONCE).run(Notifier())


if __name__ == "__main__":
    asyncio.run(deliver(*sys.argv[1:]))
