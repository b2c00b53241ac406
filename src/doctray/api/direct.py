"""Routes that callers ask all day, past FastAPI's search for what a function wants: that takes longer than the rest of a status poll."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from doctray.api.deps import placed_job

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Submitting(APIRoute):
    """Its function takes the request alone, and answers with a Response."""

    def get_route_handler(self) -> Handler:
        handler: Handler = self.endpoint
        return handler


class Polled(APIRoute):
    """Its function takes the request and a `PlacedJob`. FastAPI judges only what comes with a query, which few polls have."""

    def get_route_handler(self) -> Handler:
        judged = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.scope["query_string"]:
                return await judged(request)
            answer: Response = await self.endpoint(request, await placed_job(request, request.path_params["request_id"]))
            return answer

        return handler
