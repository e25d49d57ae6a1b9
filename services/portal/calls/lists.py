"""Lists that a service may not have for a person: an empty list is told apart from a question that was not answered."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeVar

from services.portal.calls.services import Away, Refused, ServicesAsPerson

T = TypeVar("T")

NO_SUCH_LIST = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


async def list_if_any(
    services: ServicesAsPerson, service: str, path: str, part: type[T], **query: object
) -> Sequence[T]:
    """Return a list of an answer; empty where the person's role or programme has no such list.

    Raises `Away` also where the service refuses the question for another reason, such as a key that was rotated.
    """
    try:
        return await services.get(service, path, list[part], **query)  # type: ignore[valid-type]  # a type as a value
    except Refused as refused:
        if refused.status in NO_SUCH_LIST:
            return ()
        raise Away(service) from None
