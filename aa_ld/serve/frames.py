"""The frames of aa_ld.intake, as the front reads and writes them without waiting for one process only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aa_ld import errors, intake
from aa_ld.errors import AaLdError


def send(writer: asyncio.StreamWriter, order: dict[str, Any]) -> None:
    """Send an order."""
    body = json.dumps(order).encode()
    writer.write(intake.ORDER + len(body).to_bytes(8, "big") + body)


async def head(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """The letter and the length of the next frame. Raises Stopped where the process has ended."""
    try:
        head = await reader.readexactly(9)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise _fallen(getattr(error, "partial", b"")) from None
    return head[:1], int.from_bytes(head[1:], "big")


async def receive(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """What a process answers. Raises the error that it met, or Stopped."""
    body = b""
    while True:
        kind, size = await head(reader)
        if kind not in (intake.DATA, intake.ORDER, intake.ERROR, intake.STOPPED):
            raise _fallen(kind + size.to_bytes(8, "big") + await reader.read(1 << 16))
        try:
            data = await reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _fallen(getattr(error, "partial", b"")) from None
        if kind == intake.DATA:
            body = data
        elif kind == intake.ORDER:
            return json.loads(data), body
        elif kind == intake.ERROR:
            with contextlib.suppress(intake.Stopped):
                await receive_end(reader)
            raise _rebuilt(json.loads(data))
        else:
            raise intake.Stopped(*json.loads(data))


async def receive_end(reader: asyncio.StreamReader) -> dict[str, Any]:
    """What a process says when it is done. Raises the error that it met, or Stopped."""
    kind, size = await head(reader)
    if kind == intake.ERROR:
        raise _rebuilt(json.loads(await reader.readexactly(size)))
    if kind != intake.END:
        raise intake.Stopped("crash", "it said nothing")
    found: dict[str, Any] = json.loads(await reader.readexactly(size))
    return found


def _fallen(said: bytes) -> intake.Stopped:
    """How a process ended that could not say it; the engine's last words come as they are."""
    if b"memory allocation" in said or b"MemoryError" in said:
        return intake.Stopped("memory")
    return intake.Stopped("crash", "stack overflow" if b"overflowed its stack" in said else "it ended")


def _rebuilt(said: dict[str, Any]) -> AaLdError:
    kind = getattr(errors, said["error"], errors.AaLdError)
    status = {"status": said["status"]} if said.get("status") else {}
    found: AaLdError = kind(said["where"], said["what"], said["remedy"], said["nearest"], **status)
    return found
