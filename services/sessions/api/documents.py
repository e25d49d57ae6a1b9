"""Answer with a document where the `Accept` header asks for PDF."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Header, Response

from shared.documents.pdf import MEDIA_TYPE

Accept = Annotated[str, Header(include_in_schema=False)]
OR_DOCUMENT: Mapping[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}
"""What a route adds to its `responses`, so that the OpenAPI document shows the PDF."""


def asks_for_document(accept: str) -> bool:
    """Whether an `Accept` header asks for PDF."""
    return MEDIA_TYPE in accept


async def make_document(make: Callable[[], bytes]) -> Response:
    """Answer with the bytes that `make` returns.

    It is called in a thread: only whoever asked waits for a long document.
    """
    return Response(await asyncio.to_thread(make), media_type=MEDIA_TYPE, headers={"Vary": "Accept"})
