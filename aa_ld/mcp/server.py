"""The server: the tools and resources in the words of the protocol, by the official SDK.

Handlers run in threads, so that the server answers while a query runs; the
knowledge is asked by one of them at a time, and queries have processes of
their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from aa_ld import __version__
from aa_ld.errors import (
    AaLdError,
    MissingExtraError,
    MissingParameterError,
    ParameterValueError,
    UnknownParameterError,
    nearest,
)
from aa_ld.mcp import tools
from aa_ld.mcp.offer import INSTRUCTIONS, TOOLS, Tool
from aa_ld.mcp.opened import Opened
from aa_ld.question import read_questions
from aa_ld.vocab import BASE, PREFIXES, printable

if TYPE_CHECKING:
    from mcp.server import Server
    from mcp_types import CallToolResult

_BY_NAME = {tool.name: tool for tool in TOOLS}
_QUERIES = 2  # at the same time


def serve(opened: Opened) -> None:
    """Speak the protocol on standard input and output until the other side ends.

    Raises MissingExtraError where the SDK is not installed.
    """
    server = made(opened)
    import signal

    import anyio
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    signal.signal(signal.SIGINT, _leave)
    anyio.run(run)


def _leave(*_: object) -> None:
    """End at once: the thread that waits for input could not be ended otherwise, and queries end with their caller."""
    import os

    os._exit(130)


def made(opened: Opened) -> Server[Any]:
    """The server, not yet connected to anything. Raises MissingExtraError."""
    try:
        import mcp.server
    except ImportError:
        what = "The SDK of the Model Context Protocol is not installed."
        raise MissingExtraError("mcp", what, "Install it with pip install 'aa-ld[mcp]'.") from None
    import mcp_types as types

    async def list_tools(ctx: Any, params: Any) -> types.ListToolsResult:  # noqa: ARG001
        return types.ListToolsResult(tools=[_offered(tool, opened) for tool in TOOLS])

    async def list_resources(ctx: Any, params: Any) -> types.ListResourcesResult:  # noqa: ARG001
        return types.ListResourcesResult(resources=_questions())

    async def list_templates(ctx: Any, params: Any) -> types.ListResourceTemplatesResult:  # noqa: ARG001
        return types.ListResourceTemplatesResult(resource_templates=_templates())

    call, read = _calling(opened)
    return mcp.server.Server(
        "aa-ld",
        version=__version__,
        title="Cytokine balance in alopecia areata",
        instructions=INSTRUCTIONS,
        website_url=BASE,
        on_list_tools=list_tools,
        on_call_tool=call,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
    )


def _calling(opened: Opened) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The handlers that call a tool and read a resource."""
    import anyio
    import mcp_types as types
    from anyio.to_thread import run_sync
    from mcp.shared.exceptions import MCPError

    one, queries = anyio.CapacityLimiter(1), anyio.CapacityLimiter(_QUERIES)

    async def call(ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:  # noqa: ARG001
        try:
            tool, arguments = checked(params.name, params.arguments or {}, opened)
            limiter = queries if tool.name == "sparql" else one
            told = await run_sync(partial(tool.run, opened, **arguments), limiter=limiter)
        except AaLdError as error:
            return _failed("\n".join(map(printable, str(error).split("\n"))), _record(error))
        except Exception as error:
            text = f"{type(error).__name__}: {printable(str(error), 300)}\n  This is a bug in aa-ld; please report it."
            return _failed(text, {"code": "bug"})
        content = [types.TextContent(type="text", text=told.text)]
        return types.CallToolResult(content=list(content), structured_content=told.record)

    async def read(ctx: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:  # noqa: ARG001
        uri = str(params.uri)
        try:
            media, text = await run_sync(tools.read, opened, uri, limiter=one)
        except AaLdError as error:
            raise MCPError(types.INVALID_PARAMS, str(error), _record(error)) from None
        contents = types.TextResourceContents(uri=uri, mime_type=media, text=text)
        return types.ReadResourceResult(contents=[contents])

    return call, read


def checked(name: str, arguments: dict[str, Any], opened: Opened) -> tuple[Tool, dict[str, Any]]:
    """The tool of this name, and its arguments, if they are of its schema.

    Raises UnknownParameterError for a tool or an argument that there is not,
    MissingParameterError and ParameterValueError.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    tool = _BY_NAME.get(name)
    if tool is None:
        what = f"There is no such tool. There are: {', '.join(_BY_NAME)}."
        raise UnknownParameterError(printable(name, 60), what, "Call one of them.", nearest(name, _BY_NAME))
    schema = tool.takes(opened.choices)
    for given in arguments:
        if given not in schema["properties"]:
            what = f"The tool has no such argument. It has: {', '.join(schema['properties'])}."
            near = nearest(given, schema["properties"])
            raise UnknownParameterError(
                f"{name}, {printable(given, 60)}", what, "Correct it, or leave it out.", near
            )
    for needed in tool.required:
        if needed not in arguments:
            about = tool.arguments[needed]["description"]
            raise MissingParameterError(name, f"The tool needs the argument {needed}: {about}.", "Give it.")
    fault = best_match(Draft202012Validator(schema).iter_errors(arguments))
    if fault is not None:
        where = ", ".join([name, *(printable(str(each), 60) for each in fault.absolute_path)])
        about = schema["properties"][fault.absolute_path[0]]["description"]
        raise ParameterValueError(where, _in_words(fault), f"It is {about}.")
    return tool, arguments


#: What is wrong with a value that breaks a keyword of JSON Schema.
_FAULTS = {
    "type": "This is no {}.", "enum": "This is none of {}.", "minLength": "This is empty.",
    "maxLength": "This is longer than {} characters.", "maxItems": "These are more than {}.",
    "maxProperties": "These are more than {}.", "minimum": "This is less than {}.", "maximum": "This is more than {}.",
    "exclusiveMinimum": "This is not more than {}.",
}  # fmt: skip


def _in_words(fault: Any) -> str:
    wanted = fault.validator_value
    shown = ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
    return _FAULTS.get(fault.validator, "This is not what the schema asks for.").format(shown)


def _offered(tool: Tool, opened: Opened) -> Any:
    import mcp_types as types

    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes(opened.choices),
        output_schema=tool.result(),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _questions() -> list[Any]:
    import mcp_types as types

    return [
        types.Resource(
            uri=PREFIXES["question"] + question.name,
            name=question.name,
            title=question.title,
            description=question.description,
            mime_type="application/sparql-query",
        )
        for question in read_questions().values()
    ]


def _templates() -> list[Any]:
    import mcp_types as types

    about = "with certainty, hedge, population and evidence; repeat these with it"
    return [
        types.ResourceTemplate(
            uri_template=BASE + "fact/{slug}", name="fact", title="A fact, explained",
            description=f"A fact by its IRI, {about}", mime_type="text/plain",
        ),
        types.ResourceTemplate(
            uri_template=BASE + "{term}", name="term", title="A term, described",
            description=f"A term by its IRI, with the facts about it, each {about}", mime_type="text/plain",
        ),
    ]  # fmt: skip


def _record(error: AaLdError) -> dict[str, Any]:
    """An error of ours as a record: what a program needs to do better."""
    return {
        "code": error.code,
        "where": error.where,
        "what": error.what,
        "nearest": error.nearest,
        "remedy": error.remedy,
    }


def _failed(text: str, record: dict[str, Any]) -> CallToolResult:
    import mcp_types as types

    content = [types.TextContent(type="text", text=text)]
    return types.CallToolResult(content=list(content), structured_content=record, is_error=True)
