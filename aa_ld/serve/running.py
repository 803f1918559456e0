"""Starting and ending a server."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import sys
import threading
from subprocess import Popen
from typing import TYPE_CHECKING, Any

from aa_ld import errors, intake
from aa_ld.errors import AaLdError, AddressError, ForkError, MissingExtraError, StoreFolderError
from aa_ld.serve.settings import Settings

if TYPE_CHECKING:
    import uvicorn

_BACKLOG = 256
_LOCK = "lock"
_NEAR = 50  # ports that are tried to name a free one


def serve(settings: Settings) -> Served:
    """Start a server; see Served. Raises what Served raises."""
    return Served(settings)


class Served:
    """A server that has begun to listen. `run` answers until it is interrupted; as a context, a thread does.

    url      its address, without a slash at the end
    triples  how many it holds
    remarks  what should be known of what was loaded

    Raises MissingExtraError where uvicorn is not installed, AddressError where it cannot listen,
    ForkError on a system without fork, StoreFolderError, and the errors of aa_ld.load.

    >>> import urllib.request
    >>> with serve(Settings(source="review", port=0)) as served:
    ...     urllib.request.urlopen(served.url + "/sparql?query=ASK%20{}").status
    200
    """

    def __init__(self, settings: Settings) -> None:
        self._web = _uvicorn()
        if not hasattr(os, "fork"):
            what = "This system cannot copy a process, and queries run in copies."
            raise ForkError("serve", what, "Run it in the Windows Subsystem for Linux.")
        self.settings = settings
        self._lock = _locked(settings)
        self._listening = _listen(settings)
        try:
            self._keeper, self._control, self._said = _start_keeper(settings)
        except BaseException:
            self._listening.close()
            raise
        self.triples: int = self._said["triples"]
        self.remarks: list[str] = self._said["remarks"]
        host, port = self._listening.getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{port}"
        self._server: uvicorn.Server | None = None
        self._lost = False

    def run(self) -> None:
        """Answer until SIGINT or SIGTERM, then end in peace."""
        asyncio.run(self._run(signals=True))
        if self._lost:
            raise RuntimeError(
                "the process that holds the knowledge has ended; was it killed for its memory?"
            )

    def __enter__(self) -> Served:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(signals=False)), daemon=True)
        self._thread.start()
        self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(30)

    async def _run(self, *, signals: bool) -> None:
        from aa_ld.serve.application import Application
        from aa_ld.serve.pool import Pool

        pool = Pool(self._control, self.settings, self._said)
        try:
            await pool.start(self._lose)
            config = self._web.Config(
                Application(self.settings, pool, self.url), lifespan="off", ws="none", http="h11", loop="asyncio",
                log_config=None,
                log_level="critical", access_log=False, server_header=False, proxy_headers=False,
                timeout_keep_alive=75, timeout_graceful_shutdown=1, limit_concurrency=1000,
            )  # fmt: skip
            self._server = self._web.Server(config)
            self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign] # it would raise them again at its end
            loop = asyncio.get_running_loop()
            if signals:
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(number, self._leave)
            else:
                loop.call_later(0.02, self._ready.set)
            await self._server.serve([self._listening])
        finally:
            pool.close()
            self.close()

    def _leave(self) -> None:
        """End; at the second time without waiting for answers under way."""
        if self._server is not None:
            self._server.force_exit = self._server.should_exit
            self._server.should_exit = True

    def _lose(self) -> None:
        """Nothing can be answered any more."""
        self._lost = True
        self._leave()

    def close(self) -> None:
        """Stop listening, and end the keeper with all that it made."""
        self._listening.close()
        self._control.close()
        self._keeper.wait()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _uvicorn() -> Any:
    try:
        import uvicorn
    except ImportError:
        what = "uvicorn, which speaks HTTP, is not installed."
        raise MissingExtraError("serve", what, "Install it with pip install 'aa-ld[serve]'.") from None
    return uvicorn


def _start_keeper(settings: Settings) -> tuple[Popen[bytes], socket.socket, dict[str, Any]]:
    """A process that holds what is served; gives it, its control socket, and what it says of what it holds."""
    order = {
        "source": settings.source,
        "data": [os.path.abspath(path) for path in settings.data],
        "as_of": settings.as_of,
        "include": list(settings.include),
        "changing": bool(settings.token),
        "store": os.path.abspath(settings.store) if settings.store else "",
        "memory": settings.memory,
    }
    ours, theirs = socket.socketpair()
    with theirs:
        process = Popen(intake.command(json.dumps(order), "aa_ld.serve.keeper"), stdin=theirs.fileno())
    with ours.makefile("rb") as source:
        kind, size = intake.receive_head(source)
        said = json.loads(source.read(size)) if kind else {}
    if kind == intake.END:
        return process, ours, said
    ours.close()
    process.wait()
    if kind == intake.ERROR:
        found = getattr(errors, said["error"], AaLdError)
        raise found(said["where"], said["what"], said["remedy"], said["nearest"])
    raise RuntimeError(f"the keeper ended with status {process.returncode}")


def _listen(settings: Settings) -> socket.socket:
    """A socket that listens where it is wanted. Raises AddressError."""
    where = f"{settings.host}:{settings.port}"
    try:
        return _bound(settings.host, settings.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            near = _free_port(settings)
            what = f"Something listens on port {settings.port} already."
            remedy = (
                f"Use --port {near}, or --port 0 for any free one."
                if near
                else "Use --port 0 for any free one."
            )
            raise AddressError(where, what, remedy) from None
        reason = error.strerror or str(error)
        if error.errno in (errno.EACCES, errno.EPERM):
            raise AddressError(
                where, f"Listening there is not allowed: {reason}.", "Use a port above 1023."
            ) from None
        what = f"This cannot be listened on: {reason}."
        raise AddressError(where, what, "Use --host 127.0.0.1, or an address of this machine.") from None


def _bound(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(_BACKLOG)
    except BaseException:
        found.close()
        raise
    return found


def _free_port(settings: Settings) -> int:
    """The next port that is free; 0 where there is none near."""
    for port in range(settings.port + 1, min(settings.port + _NEAR, 65_536)):
        with contextlib.suppress(OSError), _bound(settings.host, port):
            return port
    return 0


def _locked(settings: Settings) -> int | None:
    """A lock on the folder for changes, which no two servers may write into. Raises StoreFolderError."""
    if not settings.store:
        return None
    import fcntl

    try:
        os.makedirs(settings.store, exist_ok=True)
        handle = os.open(os.path.join(settings.store, _LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        what = f"The folder cannot be used: {error.strerror}."
        raise StoreFolderError(settings.store, what, "Name a folder that you may write into.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        what = "Another server uses this folder."
        raise StoreFolderError(settings.store, what, "Name another one, or end that server.") from None
    return handle
