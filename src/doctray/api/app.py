"""The front door, put together: one of the two composition roots. Loads nothing that reads documents."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from doctray.api import (
    errors,
    routes_admin,
    routes_audit,
    routes_batches,
    routes_compat,
    routes_console,
    routes_events,
    routes_jobs,
    routes_links,
    routes_ops,
    routes_results,
    routes_rollout,
    routes_rollout_health,
    routes_rollout_report,
)
from doctray.api.deps import Parts, open_house, open_parts
from doctray.api.envelope import Envelope
from doctray.api.openapi import openapi_document
from doctray.cancellation import end
from doctray.config import Settings
from doctray.telemetry import metrics, tracing

DESCRIPTION = (
    "Certificates and timetables in, structured JSON out, every value shown on its page. "
    "Submit a document, follow its status until it is completed, read its result."
)

CORS_EXPOSED = ("Content-Disposition", "ETag", "Retry-After", "Location", "RateLimit", "RateLimit-Policy")
CORS_REQUEST_HEADERS = (
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "prefer",
    "x-api-key",
    "x-read-token",
)


def create_app(settings: Settings, *, parts: Parts | None = None) -> FastAPI:
    """The ASGI application. parts: opened collaborators that the caller closes; without them the lifespan opens the real ones."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            opened = parts or await open_parts(settings, stack)
            app.state.house = open_house(settings, opened)
            metrics.set_build(routes_ops.VERSION)
            metrics.watch_disk(settings.home)
            stack.push_async_callback(asyncio.to_thread, tracing.close)
            async with _running(opened.background):
                yield

    app = FastAPI(
        title="doctray",
        version=routes_ops.VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,  # served by routes_ops, beside /docs
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        # `doctray.telemetry.tracing` traces; FastAPI would look for providers at every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # The first ones are found soonest.
    app.include_router(routes_jobs.submitting)
    app.include_router(routes_jobs.polled)
    app.include_router(routes_jobs.router)
    app.include_router(routes_results.router)
    app.include_router(routes_links.router)
    app.include_router(routes_batches.router)
    app.include_router(routes_compat.router)
    app.include_router(routes_events.router)
    app.include_router(routes_admin.router)
    app.include_router(routes_audit.router)
    app.include_router(routes_rollout.router)
    app.include_router(routes_rollout_health.router)
    app.include_router(routes_rollout_report.router)
    app.include_router(routes_ops.router)
    app.include_router(routes_console.router)
    errors.install(app)
    if settings.access.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.access.cors_origins),
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=list(CORS_REQUEST_HEADERS),
            expose_headers=list(CORS_EXPOSED),
        )
    app.add_middleware(Envelope)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _running(background: tuple[Callable[[], Awaitable[None]], ...]) -> AsyncIterator[None]:
    """Upkeep beside the requests, cancelled at the end."""
    tasks = [asyncio.ensure_future(coroutine()) for coroutine in background]
    try:
        yield
    finally:
        await end(*tasks)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi_document(app)
    return app.openapi_schema
