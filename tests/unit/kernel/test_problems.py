"""What a service says of a request that it cannot read: sentences of our own, with what to do."""

from typing import Annotated, Literal

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from shared.kernel.http.problems import install_error_handlers
from shared.kernel.http.routes import Router


class Held(BaseModel):
    status: Literal["held"]
    minutes: Annotated[int, Field(ge=1, le=240)] = 60
    school_urn: Annotated[str, Field(pattern=r"^[0-9]{6}$")] = "990001"


class Missed(BaseModel):
    status: Literal["missed"]


class Meeting(BaseModel):
    outcome: Annotated[Held | Missed, Field(discriminator="status")]


@pytest.fixture
def client() -> httpx.AsyncClient:
    router, app = Router("meetings"), FastAPI()

    @router.post("/meetings")
    async def meet(body: Meeting) -> Meeting:
        return body

    @router.get("/meetings")
    async def meetings(limit: Annotated[int, Query(ge=1, le=1000)] = 1) -> int:
        return limit

    @router.get("/health")
    async def health() -> str:
        return "well"

    app.include_router(router)
    install_error_handlers(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://meetings")


@pytest.mark.parametrize(
    ("outcome", "pointer", "sentence"),
    [
        ({"status": "maybe"}, "/outcome/status", "Choose one of these: 'held', 'missed'."),
        ({"status": "held", "minutes": 0}, "/outcome/minutes", "Give a number of at least 1."),
        ({"status": "held", "minutes": 900}, "/outcome/minutes", "Give a number of at most 240."),
        ({"status": "held", "school_urn": "99"}, "/outcome/school_urn", "Give 6 digits."),
        ("held", "/outcome", "Give a JSON object."),
    ],
)
async def test_a_wrong_field_has_a_plain_sentence(
    client: httpx.AsyncClient, outcome: object, pointer: str, sentence: str
) -> None:
    refused = await client.post("/meetings", json={"outcome": outcome})
    assert (refused.status_code, refused.json()["errors"]) == (422, [{"pointer": pointer, "detail": sentence}])


async def test_half_a_character_is_refused_in_plain_words(client: httpx.AsyncClient) -> None:
    body = rb'{"outcome": {"status": "held", "school_urn": "\ud83d"}}'
    refused = await client.post("/meetings", content=body, headers={"Content-Type": "application/json"})
    sentence = "This text has half a character, which cannot be stored; type it anew."
    assert refused.json()["errors"] == [{"pointer": "/outcome/school_urn", "detail": sentence}]


async def test_a_body_without_the_type_of_json_says_which_header_it_needs(client: httpx.AsyncClient) -> None:
    refused = await client.post("/meetings", content=b'{"outcome": {"status": "missed"}}')
    [error] = refused.json()["errors"]
    assert error["detail"] == "Send the body as JSON, with the header Content-Type: application/json."


async def test_a_key_that_stands_twice_is_refused(client: httpx.AsyncClient) -> None:
    twice = b'{"outcome": {"status": "held", "status": "missed"}}'
    refused = await client.post("/meetings", content=twice, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:alongside:problem:bad-request")
    assert "'status' stands twice" in refused.json()["detail"]


async def test_a_read_does_not_speak_of_storing(client: httpx.AsyncClient) -> None:
    refused = await client.get("/meetings", params={"limit": 0})
    assert refused.json()["detail"] == "Some parameters need another look."
    assert refused.json()["errors"] == [{"pointer": "query:limit", "detail": "Give a number of at least 1."}]


async def test_an_address_without_parameters_says_so(client: httpx.AsyncClient) -> None:
    refused = await client.get("/health", params={"x": 1})
    assert refused.json()["detail"] == "There is no parameter x at this address, which has none."
