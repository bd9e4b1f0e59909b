"""The uvicorn door: the desk on loopback, watched files beside it, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn

from notegen.errors import InputError
from notegen.preview.app import make_app
from notegen.preview.desk import Desk
from notegen.preview.gate import gate, names_of
from notegen.preview.watching import watch

LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.1


def listen(port: int) -> socket.socket:
    """A socket on loopback that listens; port 0 takes a free one. InputError when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen()
    except OSError as error:
        listener.close()
        hint = "Choose another with --port, or 0 for any that is free."
        raise InputError(error.strerror or str(error), where=f"--port {port}", hint=hint) from error
    return listener


def address(listener: socket.socket) -> str:
    """Where the desk is to be found."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}/"


async def serve(desk: Desk, listener: socket.socket, stop: asyncio.Event) -> None:
    """Answer until `stop` is set, or until SIGINT or SIGTERM (which then have their usual effect)."""
    app = gate(make_app(desk), names_of(listener.getsockname()[1]))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(watch(desk, stop))
        group.create_task(_end(desk, server, stop))
        await server.serve(sockets=[listener])
        stop.set()


async def _end(desk: Desk, server: uvicorn.Server, stop: asyncio.Event) -> None:
    """Let go of those who wait for changes, because the server waits for them."""
    while not (stop.is_set() or server.should_exit):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)
    server.should_exit = True
    stop.set()
    desk.close()
