"""The knowledge for assistants: a server of the Model Context Protocol over standard input and output.

Specification: https://modelcontextprotocol.io/specification. Only
aa_ld.mcp.server imports the SDK, and only when it is asked to serve.
"""

from __future__ import annotations

from aa_ld.mcp.opened import Opened
from aa_ld.mcp.server import serve

__all__ = ["Opened", "serve"]
