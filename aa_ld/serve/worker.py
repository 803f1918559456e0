"""A worker: a copy of the keeper that answers queries, one after another, and may be killed at any time.

It can open no file and no socket and has a limit of memory, so a query can do
no more harm than to end the worker. Front and worker talk in the frames of
aa_ld.intake, over one socket: an order; then the answer and what is said of
it, or an error. What the engine says when it falls over comes there too.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import IO, Any

from aa_ld import child, intake
from aa_ld.errors import AaLdError
from aa_ld.serve import queries, views
from aa_ld.serve.held import Held

STACK = 128 << 20  # honest queries nest deeper than the usual stack carries
_GROWN = 128 << 20  # a worker that once needed so much more memory makes room for a fresh one

#: What a worker can be asked for, by the name of the order.
_TASKS: dict[str, Callable[[Held, dict[str, Any]], tuple[dict[str, Any], bytes]]] = {
    "query": queries.answer,
    "term": views.term,
    "graph": views.graph,
    "told": views.told,
}


def prepare() -> None:
    """Import what workers need and could not open any more."""
    import calendar  # noqa: F401
    from urllib.parse import urljoin  # noqa: F401

    import rdflib.plugins.sparql.parser  # noqa: F401

    views.prepare()
    sys.setrecursionlimit(100_000)  # the parser of the gate needs dozens of frames for each bracket


def main(handle: int, held: Held, order: dict[str, Any]) -> None:
    """Be a worker at one end of a socket. Never returns."""
    alone(handle, lambda: _serve(handle, held, order["memory"]))
    os._exit(0)


def alone(handle: int, work: Callable[[], None]) -> None:
    """Do something in a thread with room for deep nesting; what falls over is heard at the other end of the socket."""
    os.dup2(handle, 2)
    threading.stack_size(STACK)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _serve(handle: int, held: Held, memory: int) -> None:
    with socket.socket(fileno=handle) as ours:
        pipe, source = ours.makefile("wb"), ours.makefile("rb")
        offline = child.confine(memory)
        used = _most_used()
        say(pipe, intake.ORDER, {})
        while order := heard(source):
            if not carry_out(pipe, partial(_TASKS[order["task"]], held, {**order, "offline": offline})):
                return
            say(pipe, intake.END, {"tired": _most_used() - used > _GROWN})


def carry_out(pipe: IO[bytes], work: Callable[[], tuple[dict[str, Any], bytes]]) -> bool:
    """Do a piece of work and tell how it went; whether this process is as good as before."""
    try:
        said, body = work()
    except AaLdError as error:
        say(pipe, intake.ERROR, told(error))
        return True
    except MemoryError:
        say(pipe, intake.STOPPED, ["memory", ""])
        return False
    except queries.TooLarge as large:
        say(pipe, intake.STOPPED, ["size", str(large)])
        return True
    except BaseException as error:  # a panic of the engine is no Exception
        say(pipe, intake.STOPPED, ["crash", type(error).__name__])
        return False
    intake.send(pipe, intake.DATA, body)
    say(pipe, intake.ORDER, said)
    return True


def heard(source: IO[bytes]) -> dict[str, Any] | None:
    """The next order; None where there is none any more."""
    kind, size = intake.receive_head(source)
    return json.loads(source.read(size)) if kind == intake.ORDER else None


def say(pipe: IO[bytes], kind: bytes, said: Any) -> None:
    """Write a frame with JSON in it."""
    intake.send(pipe, kind, json.dumps(said).encode())
    pipe.flush()


def told(error: AaLdError) -> dict[str, Any]:
    """An error as it goes to the front."""
    parts = {name: getattr(error, name) for name in ("where", "what", "remedy", "nearest")}
    return {"error": type(error).__name__, "status": getattr(error, "status", None), **parts}


def _most_used() -> int:
    """The most bytes of memory that this process has had; no file has to be opened to know it."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
