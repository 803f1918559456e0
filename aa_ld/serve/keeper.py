"""The keeper: holds what is served, and makes copies of itself that do the work.

    front (HTTP) ── control ──► keeper ── fork ──► worker   answers queries, until it is killed
          │                        └───── fork ──► successor   carries out an update; if that
          └──── one socket each ───────────────►             goes well, it is the next keeper

A copy shares the memory of the keeper, so starting one takes milliseconds and
killing one costs nothing. The keeper has one thread, as only then a copy is
sound, and ends when the front does. An update changes a copy: readers see the
state before it or the state after it, and one that fails has changed nothing.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
from typing import Any

from aa_ld import intake
from aa_ld.errors import AaLdError
from aa_ld.serve import change, worker
from aa_ld.serve.held import Held, hold

#: What the front asks for, each with the number of a process: make a worker, make a successor, kill, let go.
WORKER, SUCCESSOR, KILL, FORGET = b"W", b"U", b"K", b"F"

#: Length of such a request: a letter and the number.
LENGTH = 9

_PAUSE = 1.0  # seconds after which processes that have ended are buried at the latest


def main(task: str) -> None:
    """Be the keeper: hold what is ordered, then do what the front says. Never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the front, which closes the control socket
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    order = json.loads(task)
    try:
        held = hold(order)
    except AaLdError as error:
        control.sendall(frame(intake.ERROR, worker.told(error)))
        os._exit(0)
    worker.prepare()
    control.sendall(frame(intake.END, held.told()))
    gc.collect()
    gc.freeze()
    _keep(control, held, order)
    os._exit(0)


def frame(kind: bytes, said: Any) -> bytes:
    """A frame as aa_ld.intake has them, with JSON in it."""
    body = json.dumps(said).encode()
    return kind + len(body).to_bytes(8, "big") + body


def _keep(control: socket.socket, held: Held, order: dict[str, Any]) -> None:
    """Serve the front until it closes the control socket; then end all that was made."""
    children: dict[int, int] = {}
    while True:
        ready = select.select([control], [], [], _PAUSE)[0]
        _bury(children)
        if not ready:
            continue
        message, handles, _, _ = socket.recv_fds(control, LENGTH, 2)
        if len(message) < LENGTH:
            break
        kind, ticket = message[:1], int.from_bytes(message[1:], "big")
        if kind in (KILL, FORGET):
            child = children.pop(ticket, 0) if kind == FORGET else children.get(ticket, 0)
            if child and kind == KILL:
                os.kill(child, signal.SIGKILL)
            continue
        if kind == WORKER and held.stale:
            held.look()
        child = os.fork()
        if child:
            children[ticket] = child
            for handle in handles:
                os.close(handle)
        elif kind == WORKER:
            control.close()
            worker.main(handles[0], held, order)
        else:
            control.close()
            change.main(handles[0], held, order)  # ends the process where the change fails
            control, children = socket.socket(fileno=handles[1]), {}
    for child in children.values():
        os.kill(child, signal.SIGKILL)


def _bury(children: dict[int, int]) -> None:
    """Forget the processes that have ended. Only here a number becomes free for another process."""
    with contextlib.suppress(ChildProcessError):
        while True:
            ended = os.waitpid(-1, os.WNOHANG)[0]
            if not ended:
                return
            for ticket in [number for number, child in children.items() if child == ended]:
                del children[ticket]
