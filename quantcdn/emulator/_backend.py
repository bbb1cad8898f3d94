"""From a request to its response, with all that the local service remembers; no socket here."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from quantcdn.emulator._auth import Authenticator
from quantcdn.emulator._clock import AnyClock
from quantcdn.emulator._faults import FaultQueue
from quantcdn.emulator._handlers import Context
from quantcdn.emulator._http.request import IncomingRequest, RecordedRequest
from quantcdn.emulator._http.response import Response
from quantcdn.emulator._image_store import ImageStore
from quantcdn.emulator._records import Records
from quantcdn.emulator._routes import Match, Route, match
from quantcdn.emulator._serializers import WIRE_FORMATS


@dataclass
class State:
    """All that a reset clears."""

    records: Records = field(default_factory=Records)
    faults: FaultQueue = field(default_factory=FaultQueue)
    request_log: list[RecordedRequest] = field(default_factory=list[RecordedRequest])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """How many identifiers of each prefix were made."""


@dataclass
class Backend:
    """What the local service is made of; ``lock`` guards all that changes."""

    seed: int
    clock: AnyClock
    wire: str
    authenticator: Authenticator
    routes: list[Route]
    images: ImageStore
    on_request: Callable[[RecordedRequest], object] | None = None
    state: State = field(default_factory=State)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def next_hex(self, prefix: str) -> str:
        """Make 32 hexadecimal digits that look random, but follow from the seed and the order."""
        with self.lock:
            count = self.state.counts[prefix] = self.state.counts.get(prefix, 0) + 1
            return hex_digest(self.seed, f"{prefix}:{count}")

    def respond(self, request: IncomingRequest) -> Response:
        """Respond to a request, and record it."""
        with self.lock:
            now = self.clock.now()
            found = match(self.routes, request)
            response = self.state.faults.take(found.route.name).apply_to(self._response(found, request, now))
            response = response.with_common_headers(now, str(uuid.UUID(self.next_hex("request"))))
            recorded = RecordedRequest(
                request.method,
                request.target,
                found.route.name,
                found.arguments,
                request.query,
                request.headers,
                None if response.reset else response.status,
            )
            self.state.request_log.append(recorded)
        # Without the lock: a function that blocks, on a terminal that is stopped say, holds up its own request alone.
        if self.on_request is not None:
            self.on_request(recorded)
        return response

    def _response(self, found: Match, request: IncomingRequest, now: float) -> Response:
        if found.route.needs_token:
            refused = self.authenticator.authorize(request.headers, found.arguments)
            if refused is not None:
                return refused
        self.state.records.drop_expired(now)
        wire = WIRE_FORMATS[self.wire]
        return found.route.handler(Context(request, found.arguments, now, wire, self.state.records, self.images))


def hex_digest(seed: int, text: str) -> str:
    """Make 32 hexadecimal digits that follow from a seed and a text."""
    return hashlib.sha256(f"{seed}:{text}".encode()).hexdigest()[:32]
