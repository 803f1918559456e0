"""What commands say on standard output."""

from __future__ import annotations

import sys


def as_json(value: object) -> str:
    """A value as readable JSON."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)


def say(text: str) -> None:
    """Text on standard output."""
    sys.stdout.write(text + "\n")


def write(data: bytes) -> None:
    """Bytes on standard output, ending in a line break."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    if not data.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
