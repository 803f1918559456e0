"""A real Apache httpd on loopback: one folder with the rules of w3id.org, one with a published site."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import free_port, owner_of

_CONFIG = """
ServerRoot {root}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {root}/pid
ErrorLog {root}/error.log
{modules}
TypesConfig /dev/null
DocumentRoot {documents}
<Directory {documents}>
  AllowOverride All
  Require all granted
</Directory>
User nobody
"""
_MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = ("mpm_event", "authz_core", "authz_host", "dir", "mime", "rewrite", "headers")


@contextlib.contextmanager
def apache(documents: Path) -> Iterator[str]:
    """The URL of an Apache that serves a folder, and heeds its .htaccess; skipped where none is installed."""
    binary = shutil.which("apache2") or shutil.which("httpd")
    if not binary or not _MODULES.is_dir():
        pytest.skip("Apache is not installed: apt-get install apache2-bin")
    root, port = Path(tempfile.mkdtemp(prefix="aa-ld-apache-")), free_port()
    present = [name for name in _NEEDED if (_MODULES / f"mod_{name}.so").exists()]
    modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in present)
    config = root / "httpd.conf"
    config.write_text(_CONFIG.format(root=root, port=port, modules=modules, documents=documents))
    with open(root / "out", "wb") as log:
        process = subprocess.Popen([binary, "-f", str(config), "-DFOREGROUND"], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 20
        while not owner_of(port):
            assert process.poll() is None, (root / "out").read_text() + (root / "error.log").read_text()
            assert time.monotonic() < until, "Apache does not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(root, ignore_errors=True)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:  # type: ignore[override]
        return None


def asked(url: str, accept: str = "*/*") -> tuple[int, dict[str, str], bytes]:
    """Status, headers by lower-case name and body of one GET; a redirect is not followed."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    try:
        with urllib.request.build_opener(_Stay()).open(request, timeout=10) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()
