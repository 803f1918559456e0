"""The workers, seen from the front: who answers which request, and who makes room for whom.

    idle ── an order ──► busy ── answered ──► idle
                          │ a fifth of a second
                          ▼
                        long: as many as `most_long` are safe, the others make room for a newcomer
                              who finds no worker free

So a pool full of endless queries still answers a short one at once: there are
spare workers, and when those are taken too, the one that has been at work
longest without being safe is ended. Whatever happens, a request is answered
within its time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

from aa_ld import intake
from aa_ld.errors import AaLdError, BusyError, QueryStoppedError
from aa_ld.serve.frames import head, receive, receive_end, send
from aa_ld.serve.keeper import FORGET, KILL, SUCCESSOR, WORKER
from aa_ld.serve.settings import Settings

#: Workers beside those that may take long, forked when they are needed.
SPARE = 8
#: Seconds after which a query counts as long, and that a newcomer waits before another has to make room.
LONG, PATIENCE = 0.2, 0.05
#: Requests that may wait for a worker.
MOST_WAITING = 256

_KEEP = 20.0  # seconds that a spare worker stays without work
_REMEDY = "Join its patterns by shared variables, add a LIMIT, or split it."


class Keeper:
    """A keeper, by its control socket; it ends when that is closed, after its last worker has gone."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.workers = 0
        self.retired = False

    def tell(self, kind: bytes, ticket: int, *handles: int) -> None:
        """Send a request with sockets to be given to the process."""
        with contextlib.suppress(OSError):  # the keeper is gone, and all that it made with it
            socket.send_fds(self.control, [kind + ticket.to_bytes(8, "big")], list(handles))

    def leave(self) -> None:
        """One worker less."""
        self.workers -= 1
        if self.retired and not self.workers:
            self.control.close()

    def retire(self) -> None:
        """Another is the keeper now."""
        self.retired = True
        if not self.workers:
            self.control.close()


class Process(NamedTuple):
    """A process of a keeper and the two ends of what is said to it."""

    ticket: int
    keeper: Keeper
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Worker:
    """A worker and what it is at."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.began = 0.0
        self.is_long = False  # has been at it for a while
        self.is_safe = False  # may go on to its time limit
        self.made_room = False
        self.free_since = 0.0


class Pool:
    """All workers of a server, and its one keeper."""

    def __init__(self, control: socket.socket, settings: Settings, said: dict[str, Any]) -> None:
        self.settings = settings
        self._said: dict[str, Any] | None = said
        self.keeper = Keeper(control)
        self.most = settings.most_long + SPARE
        self.state = os.urandom(8).hex()
        self.idle: list[Worker] = []
        self.busy: dict[Worker, None] = {}
        self._starting = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._newest = False
        self._changes = asyncio.Lock()
        self._tickets = count(1)
        self.lost: Callable[[], None] | None = None
        self._order = {"most_rows": settings.max_rows, "most_bytes": settings.max_bytes}

    async def run(self, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Have a worker carry out an order: what it says of the answer, and the answer.

        Raises the error that the worker met, QueryStoppedError and BusyError.
        """
        loop = asyncio.get_running_loop()
        worker: Worker | None = None
        sound = False
        try:
            async with asyncio.timeout(self.settings.timeout):
                worker = await self._take()
                worker.began = loop.time()
                watch = loop.call_later(LONG, self._grown, worker)
                try:
                    send(worker.process.writer, self._order | order)
                    answer, sound = await self._answer(worker)
                    return answer
                except intake.Stopped as stopped:
                    raise self._stopped(worker, stopped) from None
                except AaLdError:
                    sound = True
                    raise
                finally:
                    watch.cancel()
        except TimeoutError:
            if worker is None:
                raise _busy() from None
            raise self._late() from None
        finally:
            if worker is not None:
                self._give_back(worker, sound=sound)

    async def change(self, order: dict[str, Any], payload: bytes = b"") -> dict[str, Any]:
        """Have a copy of the keeper carry out a change; all that begins after this returns sees it.

        Raises as `run`; nothing is changed then. Who goes away does not stop it.
        """
        return await asyncio.shield(self._change(order, payload))

    async def _change(self, order: dict[str, Any], payload: bytes) -> dict[str, Any]:
        async with self._changes:
            control, theirs = socket.socketpair()
            with theirs:
                process = await self._process(SUCCESSOR, theirs.fileno())
            try:
                async with asyncio.timeout(self.settings.timeout):
                    send(process.writer, order)
                    process.writer.write(intake.DATA + len(payload).to_bytes(8, "big"))
                    process.writer.write(payload)
                    said, _ = await receive(process.reader)
                send(process.writer, {"go": True})  # from here on there is no way back, and no time limit
                await receive_end(process.reader)
            except BaseException as error:
                control.close()
                self._end(process)
                if isinstance(error, TimeoutError):
                    raise self._late() from None
                if isinstance(error, intake.Stopped):
                    raise self._stopped(None, error) from None
                raise
            process.keeper.tell(FORGET, process.ticket)  # it lives on when its maker ends
            self._succeed(control)
            self._end(process)
            return said

    async def told(self) -> dict[str, Any]:
        """How much is held: `triples`, and `graphs` with the triples of each."""
        if self._said is None:
            state = self.state
            said, _ = await self.run({"task": "told"})
            if state == self.state:
                self._said = said
            return said
        return self._said

    async def start(self, lost: Callable[[], None]) -> None:
        """Have as many workers ready as may take long; `lost` is called if the keeper ends before this does."""
        self.lost = lost
        self._watch(self.keeper)
        for worker in [await self._fork() for _ in range(self.settings.most_long)]:
            self._rest(worker)

    def close(self) -> None:
        """End everything: the keeper kills what it made when the control socket closes."""
        self.lost = None
        asyncio.get_running_loop().remove_reader(self.keeper.control.fileno())
        for worker in [*self.idle, *self.busy]:
            worker.process.writer.close()
            worker.process.keeper.control.close()
        self.keeper.control.close()

    def _watch(self, keeper: Keeper) -> None:
        """A keeper says nothing after its start, so whatever can be read of it is its end."""
        loop, handle = asyncio.get_running_loop(), keeper.control.fileno()

        def ended() -> None:
            loop.remove_reader(handle)
            if keeper is self.keeper and self.lost:
                self.lost()

        loop.add_reader(handle, ended)

    # Who works

    async def _take(self) -> Worker:
        """A worker for a new order: one that is free, a new one, or the one of somebody who has to make room."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        while True:
            if self.idle:
                worker = self.idle.pop()
                self.busy[worker] = None
                return worker
            if len(self.busy) + self._starting < self.most:
                worker = await self._fork()
                self.busy[worker] = None
                return worker
            if loop.time() - since >= PATIENCE:
                self._make_room()
            await self._wait(loop)

    async def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise _busy()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=PATIENCE / 2)
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def _wake(self) -> None:
        """Let somebody try again: the oldest and the newest in turn, so that nobody starves and newcomers are quick."""
        if self._waiting:
            self._newest = not self._newest
            turn = self._waiting.pop(-1 if self._newest else 0)
            if not turn.done():
                turn.set_result(None)

    async def _fork(self) -> Worker:
        self._starting += 1
        try:
            return Worker(await self._process(WORKER))
        finally:
            self._starting -= 1

    async def _process(self, kind: bytes, *handles: int) -> Process:
        """A new process of the keeper, once it says that it is there."""
        ticket, keeper = next(self._tickets), self.keeper
        ours, theirs = socket.socketpair()
        with theirs:
            keeper.tell(kind, ticket, theirs.fileno(), *handles)
        keeper.workers += 1
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 20)
        try:
            kind, size = await head(reader)
            if kind != intake.ORDER:
                raise intake.Stopped("crash", "it did not start")
            await reader.readexactly(size)
        except BaseException:
            writer.close()
            keeper.leave()
            raise
        return Process(ticket, keeper, reader, writer)

    async def _answer(self, worker: Worker) -> tuple[tuple[dict[str, Any], bytes], bool]:
        answer = await receive(worker.process.reader)
        tired = (await receive_end(worker.process.reader))["tired"]
        return answer, not tired

    def _grown(self, worker: Worker) -> None:
        """A query has become a long one."""
        worker.is_long = True
        worker.is_safe = sum(each.is_safe for each in self.busy) < self.settings.most_long

    def _make_room(self) -> None:
        """End the query that is at it for longest, of those that are not safe."""
        found = [each for each in self.busy if each.is_long and not each.is_safe and not each.made_room]
        if found:
            worker = min(found, key=lambda each: each.began)
            worker.made_room = True
            worker.process.keeper.tell(KILL, worker.process.ticket)

    def _give_back(self, worker: Worker, *, sound: bool) -> None:
        del self.busy[worker]
        if worker.is_safe:
            waiting = [each for each in self.busy if each.is_long and not each.is_safe and not each.made_room]
            if waiting:
                min(waiting, key=lambda each: each.began).is_safe = True
        if sound and not worker.made_room and worker.process.keeper is self.keeper:
            self._rest(worker)
        else:
            self._end(worker.process)
        self._wake()

    def _rest(self, worker: Worker) -> None:
        loop = asyncio.get_running_loop()
        worker.is_long = worker.is_safe = False
        worker.free_since = loop.time()
        self.idle.append(worker)
        if len(self.idle) > self.settings.most_long:
            loop.call_later(_KEEP, self._trim)

    def _trim(self) -> None:
        """Let spare workers go that have had nothing to do."""
        now = asyncio.get_running_loop().time()
        while len(self.idle) > self.settings.most_long and now - self.idle[0].free_since >= _KEEP:
            self._end(self.idle.pop(0).process)

    def _end(self, process: Process) -> None:
        process.keeper.tell(KILL, process.ticket)
        process.writer.close()
        process.keeper.leave()

    def _succeed(self, control: socket.socket) -> None:
        """Another keeper, and another state: workers of the old one finish what they are at."""
        old, self.keeper = self.keeper, Keeper(control)
        self._watch(self.keeper)
        asyncio.get_running_loop().remove_reader(old.control.fileno())
        self.state = os.urandom(8).hex()
        self._said = None
        for worker in self.idle:
            self._end(worker.process)
        self.idle.clear()
        old.retire()

    # What is said when there is no answer

    def _late(self) -> QueryStoppedError:
        what = f"The query took longer than {self.settings.timeout:g} seconds."
        return QueryStoppedError("query", what, _REMEDY, reason="time")

    def _stopped(self, worker: Worker | None, stopped: intake.Stopped) -> AaLdError:
        if worker is not None and worker.made_room:
            return _busy()
        if stopped.reason == "memory":
            what = f"The query took more than {self.settings.memory >> 20} MB of memory."
            return QueryStoppedError("query", what, _REMEDY, reason="memory")
        if stopped.reason == "size":
            what = f"The answer has more than {stopped.detail}."
            return QueryStoppedError("query", what, "Add a LIMIT, or ask for less.", reason="size")
        what = f"The query engine fell over ({stopped.detail}): the query is too large or too deep."
        return QueryStoppedError("query", what, _REMEDY, reason="crash")


def _busy() -> BusyError:
    what = "Too many queries are at work, and this one made room for others."
    return BusyError("query", what, "Try again in a moment, or ask for less.")
