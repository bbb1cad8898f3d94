"""A service with TLS, whose certificate an authority of its own has signed."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from test.helpers.server import ScriptedServer, answer


@contextmanager
def tls_service() -> Iterator[tuple[str, str]]:
    """Yield its host, and the file with the authority's certificate."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    kind = [("Content-Type", "application/json")]
    response = answer(200, {"tools": ["calculate"], "count": 1}, kind)
    with tempfile.TemporaryDirectory() as folder, ScriptedServer(response, context=context) as server:
        path = Path(folder, "authority.pem")
        authority.cert_pem.write_to_path(str(path))
        yield server.url, str(path)
