"""A client of a language server, with no more of the protocol than completions need.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class LanguageServer:
    """A server that is started, and asked for completions in one folder."""

    def __init__(self, command: Sequence[str | Path], folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self._number = 0
        root = folder.as_uri()
        self._ask(
            "initialize",
            {"processId": None, "rootUri": root, "capabilities": {}, "workspaceFolders": [{"uri": root, "name": "x"}]},
        )
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def completions(self, code: str) -> set[str]:
        """List what may follow a piece of code."""
        found = self._ask_at_end("completion", code)
        return {item["label"] for item in found["items"]} if found else set()

    def signature(self, code: str) -> str:
        """Show the signature of the call that a piece of code ends in, with its docstring."""
        found = self._ask_at_end("signatureHelp", code)
        return json.dumps(found["signatures"]) if found else ""

    def _ask_at_end(self, what: str, code: str) -> Any:
        uri = (self._folder / f"piece_{self._number}.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": code}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        *_, last = lines = code.split("\n")
        position = {"line": len(lines) - 1, "character": len(last)}
        return self._ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": position})

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]
            if message.get("method") == "workspace/configuration":
                self._send({"id": message["id"], "result": [{} for _ in message["params"]["items"]]})
            elif "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server has ended"
        return json.loads(self._process.stdout.read(length))
