"""SPARQL servers of others, started on loopback and a free port, and a proxy that does harm on purpose.

Each server is started at most once a test session, on first use, and stopped at
its end. Before anything is written, it is proven that the process that listens
on the port is the one that was started here.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aa_ld.endpoint.client import Server, connect
from aa_ld.endpoint.credentials import Credentials
from aa_ld.endpoint.wire import Wire

_LONG = 60.0  # seconds that a server may take to start


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def owner_of(port: int) -> set[int]:
    """The processes that listen on a port of loopback, from /proc."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{words[9]}]")
    owners = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(os.readlink(handle) in inodes for handle in (process / "fd").iterdir()):
                owners.add(int(process.name))
    return owners


class Running:
    """A server that was started here."""

    def __init__(self, command: list[str], port: int, path: str, folder: Path, who: Credentials) -> None:
        self.command, self.port, self.folder, self.who = command, port, folder, who
        self.url = f"http://127.0.0.1:{port}{path}"
        self.start()
        atexit.register(self.stop)

    def start(self) -> None:
        with open(self.folder / "log.txt", "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + _LONG
        while owner_of(self.port) != {self.process.pid}:
            assert owner_of(self.port) <= {self.process.pid}, "somebody else listens there"
            assert self.process.poll() is None, (self.folder / "log.txt").read_text()[-500:]
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.02)
        while not self._answers():
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "?query=ASK%20%7B%7D", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError as error:
            return getattr(error, "code", 0) in (400, 404, 406)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, url: str = "", **limits: float) -> Server:
        """A client of it, by another URL if it stands behind something."""
        assert owner_of(self.port) == {self.process.pid}
        return connect(url or self.url, Wire(url or self.url, self.who, **limits))  # type: ignore[arg-type]


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="aa-ld-server-"))


def start_oxigraph(*, on_disk: bool = False, serve: str = "serve", folder: Path | None = None) -> Running:
    """A new Oxigraph server; `serve` is the word of its command line for what it may do."""
    found = Path(sys.executable).parent / "oxigraph"
    binary = str(found) if found.exists() else shutil.which("oxigraph")
    if not binary:
        pytest.skip("the Oxigraph server is not installed: pip install oxigraph")
    port, folder = free_port(), folder or _folder()
    place = ["--location", "data"] if on_disk or serve != "serve" else []
    if serve != "serve":  # a store has to be there to be read
        made = [binary, "load", *place, "--format", "nt"]
        subprocess.run(made, cwd=folder, input=b"", capture_output=True, check=True)
    command = [binary, serve, *place, "--bind", f"127.0.0.1:{port}"]
    return Running(command, port, "/query", folder, Credentials())


@cache
def oxigraph() -> Running:
    """The Oxigraph server of this session, in memory."""
    return start_oxigraph()


_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 10000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
"""


@cache
def virtuoso() -> Running:
    """The Virtuoso 7 of this session, as shipped, with its first password."""
    binary = shutil.which("virtuoso-t")
    if not binary:
        pytest.skip("Virtuoso 7 is not installed: apt-get install virtuoso-opensource-7-bin")
    http_port, folder = free_port(), _folder()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(sql=free_port(), http=http_port))
    command = [binary, "+foreground", "+configfile", "virtuoso.ini"]
    return Running(command, http_port, "/sparql", folder, Credentials("dba", "dba"))


@cache
def fuseki() -> Running:
    """The Apache Jena Fuseki of this session, in memory."""
    return start_fuseki(update=True)


def fuseki_jar() -> str:
    """The jar of Fuseki, which holds the commands of Jena too; empty where there is none."""
    home = Path.home() / ".m2/repository/org/apache/jena/jena-fuseki-server"
    jars = [os.environ.get("AA_LD_FUSEKI_JAR", ""), *map(str, sorted(home.glob("*/*server-?.*.?.jar")))]
    return next((each for each in jars if each and os.path.exists(each)), "")


def start_fuseki(*, update: bool) -> Running:
    """A new Apache Jena Fuseki, in memory, with or without its update service."""
    jar, java = fuseki_jar(), shutil.which("java")
    if not jar or not java:
        pytest.skip("Fuseki is not installed: set AA_LD_FUSEKI_JAR, or see docs/endpoints.md")
    port, folder = free_port(), _folder()
    command = [java, "-Xmx512m", "-XX:TieredStopAtLevel=1", "-jar", jar]
    command += [
        "--localhost",
        "--port",
        str(port),
        *(["--update", "--mem"] if update else ["--file", "empty.nt"]),
        "/ds",
    ]
    (folder / "empty.nt").touch()
    return Running(command, port, "/ds", folder, Credentials())


@cache
def ours() -> Running:
    """`aa-ld serve` of this session, with updates, in memory."""
    token, port = "a-token-for-these-tests", free_port()
    command = ["env", f"AA_LD_SERVE_TOKEN={token}", f"PYTHONPATH={Path(__file__).parents[1]}", sys.executable]
    command += ["-m", "aa_ld", "serve", "--update", "--port", str(port), "--source", "review"]
    return Running(command, port, "/sparql", _folder(), Credentials(token=token))


SERVERS: dict[str, Callable[[], Running]] = {
    "aa-ld serve": ours,
    "Oxigraph": oxigraph,
    "Virtuoso": virtuoso,
    "Jena Fuseki": fuseki,
}

every_server = pytest.mark.parametrize("name", SERVERS)


@contextlib.contextmanager
def reading_only(name: str) -> Iterator[str]:
    """The URL of a server of which we may read, and nothing else."""
    if name == "Virtuoso":  # everybody may read, and nobody but those it knows may write
        yield virtuoso().url
        return
    running = start_oxigraph(serve="serve-read-only") if name == "Oxigraph" else start_fuseki(update=False)
    try:
        yield running.url
    finally:
        running.stop()


@contextlib.contextmanager
def on_small_disk(size: int) -> Iterator[Running]:
    """A new Oxigraph server on a disk of so many bytes; skipped where none can be mounted."""
    folder = _folder()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no small disk can be mounted: needs Linux, and root")
    running = None
    try:
        running = start_oxigraph(on_disk=True, folder=folder)
        yield running
    finally:
        if running:
            running.kill()
        subprocess.run(["umount", "-l", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


# Harm


class Proxy:
    """Stands before a server and does, request by request, what `harm` says; "pass" when that is empty.

    pass       hand over
    lost       hand over, and close without an answer
    cut        hand over, and close in the middle of the answer
    short      hand over only a part of the request, and close
    stall      be silent
    500 503 429 413 507   answer so, without handing over; 429 and 503 with Retry-After
    liar       answer 200 with half a document, without handing over
    html       answer 200 with a web page, without handing over
    crash      hand over a part, and call `crash`
    """

    def __init__(self, port: int, stall: float = 1.0, crash: Callable[[], None] = lambda: None) -> None:
        self.upstream, self.stall, self.crash = port, stall, crash
        self.harm: list[str] = []
        self.most_body = 0  # more bytes than these are answered 413, if not 0
        self.seen: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.handle(self)

            do_POST = do_PUT = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/query"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._lock:
            harm = self.harm.pop(0) if self.harm else "pass"
        self.seen.append((harm, request.path))
        if self.most_body and len(body) > self.most_body:
            harm = "413"
        request.close_connection = True
        with contextlib.suppress(OSError):
            if harm.isdigit():
                self._say(request, int(harm), b"no", "text/plain")
            elif harm in ("liar", "html"):
                said = (
                    b'{"head": {"vars": ["x"]}, "results": {"bind'
                    if harm == "liar"
                    else b"<html>Welcome</html>"
                )
                kind = "application/sparql-results+json" if harm == "liar" else "text/html"
                self._say(request, 200, said, kind)
            elif harm == "stall":
                time.sleep(self.stall)
            else:
                self._hand_over(request, body, harm)

    def _say(self, request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        if status in (429, 503):
            request.send_header("Retry-After", "0")
        request.end_headers()
        request.wfile.write(body)

    def _hand_over(self, request: BaseHTTPRequestHandler, body: bytes, harm: str) -> None:
        if harm in ("short", "crash"):
            with socket.create_connection(("127.0.0.1", self.upstream)) as upstream:
                head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
                start = f"{request.command} {request.path} HTTP/1.1\r\n{head}\r\n".encode()
                upstream.sendall(start + body[: len(body) // 2])
                if harm == "crash":
                    self.crash()
            return
        upstream_ = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        upstream_.request(request.command, request.path, body, headers)
        answer = upstream_.getresponse()
        data = answer.read()
        upstream_.close()
        if harm == "lost":
            return
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                request.send_header(name, value)
        if answer.status != 204:
            request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[: len(data) // 2] if harm == "cut" else data)


@contextlib.contextmanager
def proxy_before(server: Running, **harm: object) -> Iterator[Proxy]:
    """A proxy before a server."""
    proxy = Proxy(server.port, **harm)  # type: ignore[arg-type]
    try:
        yield proxy
    finally:
        proxy.close()
