"""The command line: reads arguments, calls a verb, prints what came back.

Exit status: 0 well, 1 findings, 2 wrong call, 3 unreadable input, 4 remote
service failed, 5 a bug of ours, 130 interrupted.
"""

from __future__ import annotations

import os
import sys

from aa_ld.errors import AaLdError


def main(argv: list[str] | None = None) -> int:
    """Run one command, give its exit status; no traceback reaches the user."""
    _open_streams()
    try:
        status = _run(_words(sys.argv[1:]) if argv is None else argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _leave_stdout(0)  # the reader has seen enough
    except OSError as error:
        sys.stderr.write(
            f"{type(error).__name__}: {error.filename or 'standard output'}\n  {error.strerror or error}.\n"
        )
        return _leave_stdout(3)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was left half done.\n")
        return 130


def _run(argv: list[str]) -> int:
    from aa_ld.cli.parser import parse

    try:
        command, arguments = parse(argv)
        return command(arguments)
    except AaLdError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 2
    except (OSError, KeyboardInterrupt):
        raise
    except Exception as error:
        if os.environ.get("AA_LD_DEBUG"):
            raise
        sys.stderr.write(
            f"{type(error).__name__}: {error}\n"
            "  This is a bug in aa-ld. Set AA_LD_DEBUG=1 to see where it happened, and please report it.\n"
        )
        return 5


def _open_streams() -> None:
    """Streams that can be written to, whatever the caller closed, with Greek letters on any terminal."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _words(argv: list[str]) -> list[str]:
    """The arguments as UTF-8, whatever the locale says."""
    return [os.fsencode(word).decode("utf-8", "surrogateescape") for word in argv]


def _leave_stdout(status: int) -> int:
    """Point standard output elsewhere, so that the interpreter's last flush has nothing to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return status
