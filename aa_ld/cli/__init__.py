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
    try:
        try:
            return _run(sys.argv[1:] if argv is None else argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough. Point stdout elsewhere, so that the last
        # flush of the interpreter has nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was left half done.\n")
        return 130


def _run(argv: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # Greek letters on any terminal
    from aa_ld.cli.parser import parse

    try:
        command, arguments = parse(argv)
        return command(arguments)
    except AaLdError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except (BrokenPipeError, KeyboardInterrupt, SystemExit):
        raise
    except OSError as error:
        sys.stderr.write(f"OSError: {error.filename or 'aa-ld'}\n  {error.strerror or error}.\n")
        return 3
    except Exception as error:
        if os.environ.get("AA_LD_DEBUG"):
            raise
        sys.stderr.write(
            f"{type(error).__name__}: {error}\n"
            "  This is a bug in aa-ld. Set AA_LD_DEBUG=1 to see where it happened, and please report it.\n"
        )
        return 5
