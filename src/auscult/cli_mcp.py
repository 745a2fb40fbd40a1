"""`auscult mcp`: tools for assistants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_verb(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog="""[b]Examples[/b]

auscult mcp --token-file ~/.auscult-token

auscult mcp --server https://auscult.hospital.example --allow-writes"""
    )(mcp)


def mcp(
    server: Annotated[
        str, typer.Option(help="Address of the running Auscult; https, but on this machine.")
    ] = "http://127.0.0.1:8470",
    token_file: Annotated[
        Path | None, typer.Option(help="File with a token; else the variable AUSCULT_TOKEN.")
    ] = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Offer the tools that change something, too.")
    ] = False,
) -> None:
    """Offer search, figures and alerts to an assistant, by the Model Context Protocol."""
    from auscult.terminal import mcp_server

    mcp_server.serve(server, token_file=token_file, allow_writes=allow_writes)
