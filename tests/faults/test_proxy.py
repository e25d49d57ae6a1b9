"""The proxy between two parts: whatever comes while it stops, it leaves no connection open."""

import asyncio
import socket

import pytest

from tests.faults.proxy import Proxy

CLIENTS = 30


@pytest.mark.parametrize("turns", range(9))
async def test_a_client_that_connects_while_the_proxy_stops_is_disconnected(turns: int) -> None:
    """Given clients that were accepted some turns of the loop ago, when the proxy stops, then each of them is told."""
    target = await asyncio.start_server(lambda _, near: near.transport.abort(), "127.0.0.1", 0)
    proxy = Proxy(target.sockets[0].getsockname()[1])
    await proxy.start()
    clients = [socket.socket() for _ in range(CLIENTS)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", proxy.port))
    for _ in range(turns):
        await asyncio.sleep(0)

    await proxy.stop()

    for client in clients:
        with client:
            assert await _is_closed(client)
    target.close()


async def _is_closed(client: socket.socket) -> bool:
    try:
        async with asyncio.timeout(10):
            return not await asyncio.get_running_loop().sock_recv(client, 1)
    except ConnectionError:
        return True
