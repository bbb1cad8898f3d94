"""What a shell offers for the name of a tool and for an identifier: from a cache, else from one short request.

A shell waits for it at the press of a key. So nothing here takes more than a second, and what goes wrong is silent.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import re
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from quantcdn import _portability
from quantcdn.cli.arguments import SETTINGS

if TYPE_CHECKING:
    from quantcdn.cli.settings import Settings

_LONGEST_WAIT = 0.5
"""How long the service is waited for, in seconds; the interpreter and the imports take as long."""

_FRESH = {"tools": 3_600.0, "executions": 30.0}
"""How old the words in the cache may be, in seconds, by their kind; the service lists no orchestrations."""

_LIFETIME = 86_400.0
"""How old a file of the cache becomes, in seconds: the service forgets executions after as long."""

_MOST_KEPT = 100

# A shell puts a word into the line as it is: whoever chooses the names of tools must not choose what it runs.
_HARMLESS = re.compile(r"[A-Za-z0-9_.:@/+][A-Za-z0-9_.:@/+-]*").fullmatch


def complete(words: Sequence[str]) -> int:
    """Write candidates, one a line, for the kind and the words of the command line so far.

    The process ends here, since a request or a name resolution may not.
    """
    with contextlib.suppress(Exception):
        found = _find(words[0], words[1:])
        os.write(sys.stdout.fileno(), "".join(f"{word}\n" for word in found).encode())
    os._exit(0)


def remember(host: str, organisation: str, kind: str, words: Iterable[str | None]) -> None:
    """Keep what a command has shown, newest first, for the next completion."""
    with contextlib.suppress(OSError, RuntimeError):
        path = _path(host, organisation, kind)
        known = _words_in(path) if kind == "orchestrations" else []
        _write(path, [*filter(None, words), *known])


def _find(kind: str, line: Sequence[str]) -> list[str]:
    from quantcdn.cli.settings import settings

    chosen = settings(_arguments(line))
    path = _path(chosen.host.value or "", chosen.organisation.value or "", kind)
    if _age_of(path) >= _FRESH.get(kind, math.inf):
        ask = _request(chosen, kind)

        def refresh() -> None:
            """Write what the service lists; a failure leaves the old words."""
            with contextlib.suppress(Exception):
                _write(path, ask())

        thread = threading.Thread(target=refresh, daemon=True)
        thread.start()
        thread.join(_LONGEST_WAIT)
    return _words_in(path)


def _request(chosen: Settings, kind: str) -> Callable[[], list[str]]:
    """Make the function that asks the service; it counts as a wait for the network alone, not for imports."""
    from quantcdn.api.ai_tools_api import AIToolsApi
    from quantcdn.api_client import ApiClient
    from quantcdn.timeout import Timeout

    configuration, organisation = chosen.configuration(), chosen.require_organisation()
    configuration.retries, configuration.timeout = 0, Timeout(_LONGEST_WAIT, _LONGEST_WAIT, _LONGEST_WAIT)
    api = AIToolsApi(ApiClient(configuration))

    def ask() -> list[str]:
        """Request the words."""
        if kind == "tools":
            return api.list_ai_tool_names(organisation).tools
        listed = api.list_ai_tool_executions(organisation, limit=_MOST_KEPT).executions
        return [row.execution_id for row in listed if row.execution_id]

    return ask


def _arguments(line: Sequence[str]) -> Namespace:
    """Find the settings among the words of a line that is not yet whole; a token from stdin cannot be read here."""
    arguments = Namespace(**SETTINGS)
    for word, following in zip(line, [*line[1:], ""], strict=False):
        flag, equals, value = word.partition("=")
        name = flag.replace("organization", "organisation").removeprefix("--").replace("-", "_")
        if flag.startswith("--") and name in SETTINGS:
            setattr(arguments, name, (value if equals else following) or None)
    if arguments.token_file == "-" or arguments.emulator:  # noqa: S105 # that is no token
        raise ValueError
    return arguments


def _path(host: str, organisation: str, kind: str) -> Path:
    """Name the file for an organisation of a host; another one's tools are not offered."""
    cache = _portability.user_folder("XDG_CACHE_HOME", ".cache", "LOCALAPPDATA")
    whose = hashlib.sha256(f"{host.rstrip('/')}\0{organisation}".encode()).hexdigest()[:16]
    return cache / "quantcdn" / f"{kind}-{whose}"


def _words_in(path: Path) -> list[str]:
    try:
        # A named pipe would hold the shell for ever, and whoever can write the file chooses no command either.
        return [*filter(_HARMLESS, path.read_text(encoding="utf-8").splitlines())] if path.is_file() else []
    except (OSError, ValueError):
        return []


def _age_of(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return math.inf


def _write(path: Path, words: Iterable[str]) -> None:
    path.parent.parent.mkdir(mode=0o700, exist_ok=True)  # but no home is made for whoever has none
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for other in path.parent.iterdir():
        if _age_of(other) > _LIFETIME:
            other.unlink(missing_ok=True)
    kept = [word for word in dict.fromkeys(words) if _HARMLESS(word)][:_MOST_KEPT]
    own = path.with_name(f"{path.name}.{os.getpid()}")  # several commands may write at once
    own.write_text("".join(f"{word}\n" for word in kept), encoding="utf-8")
    _portability.move(lambda: os.replace(own, path))
