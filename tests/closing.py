"""A client for answers that are files: each is closed at the end, as a server does after each one."""

from typing import Any, Self

from django.http import HttpResponseBase
from django.test import Client


class ClosingClient(Client):
    """Closes every response at its own end; with `raise_request_exception=False` errors are answers, as for a browser."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.responses: list[HttpResponseBase] = []

    def request(self, **request: Any) -> Any:
        self.responses.append(response := super().request(**request))
        return response

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for response in self.responses:
            response.close()


def body(response: HttpResponseBase) -> bytes:
    """All that is sent."""
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
