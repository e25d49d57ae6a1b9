"""Answers of commands and queries: one frozen model each, which is the response model of the route."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer to a command or a query, as it goes out over HTTP."""

    model_config = ConfigDict(frozen=True)
