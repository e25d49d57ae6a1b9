"""Pass a file on as a service makes it, piece by piece."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from starlette.responses import StreamingResponse

from services.portal.calls.services import Query, ServicesAsPerson


async def pass_on(
    services: ServicesAsPerson, service: str, path: str, media_type: str, query: Query, file_name: str | None = None
) -> StreamingResponse:
    """Return a service's answer as a file to save, under this name or under that which the service gives it.

    Raises `Away` and `Refused`.
    """
    stack = AsyncExitStack()
    received = await stack.enter_async_context(services.stream(service, path, media_type, query))

    async def forward() -> AsyncIterator[bytes]:
        async with stack:
            async for piece in received.aiter_bytes():
                yield piece

    name = received.headers["Content-Disposition"] if file_name is None else save_as(file_name)
    kind = received.headers["Content-Type"] if file_name is None else media_type
    return StreamingResponse(forward(), media_type=kind, headers={"Content-Disposition": name})


def save_as(file_name: str) -> str:
    """Return the value of `Content-Disposition` for a file to save under a name."""
    return f'attachment; filename="{file_name}"'
