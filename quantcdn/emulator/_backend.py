"""From a request to its answer, with everything that the local service remembers; no socket here."""

from __future__ import annotations

import hashlib
import threading
import uuid
from dataclasses import dataclass, field

from quantcdn.emulator._clock import AnyClock
from quantcdn.emulator._faults import Faults
from quantcdn.emulator._handlers import Call
from quantcdn.emulator._http.request import RecordedRequest, Request
from quantcdn.emulator._http.response import Answer
from quantcdn.emulator._records import Execution, Records
from quantcdn.emulator._routes import Gate, Match, Route, match
from quantcdn.emulator._sample_data.images import Pictures
from quantcdn.emulator._serializers import WIRES


@dataclass
class Memory:
    """All that a reset clears."""

    records: Records = field(default_factory=Records)
    faults: Faults = field(default_factory=Faults)
    journal: list[RecordedRequest] = field(default_factory=list[RecordedRequest])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """How many names of each kind were given out."""


@dataclass
class Service:
    """What the local service is made of; ``lock`` guards all that changes."""

    seed: int
    clock: AnyClock
    wire: str
    gate: Gate
    routes: list[Route]
    pictures: Pictures
    memory: Memory = field(default_factory=Memory)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def next_hex(self, kind: str) -> str:
        """Give 32 hexadecimal digits that look random, but follow from the seed and the order."""
        with self.lock:
            count = self.memory.counts[kind] = self.memory.counts.get(kind, 0) + 1
            return digits(self.seed, f"{kind}:{count}")

    def add_execution(self, execution: Execution) -> None:
        """Add a script, or replace the one of the same identifier."""
        with self.lock:
            records = self.memory.records.executions
            records.pop(execution.execution_id, None)
            records[execution.execution_id] = execution

    def answer(self, request: Request) -> Answer:
        """Answer a request, and write it into the journal."""
        with self.lock:
            now = self.clock.now()
            found = match(self.routes, request)
            answer = self.memory.faults.take(found.route.name).applied(self._answer(found, request, now))
            answer = answer.completed(now, str(uuid.UUID(self.next_hex("request"))))
            self.memory.journal.append(
                RecordedRequest(
                    request.method,
                    request.target,
                    found.route.name,
                    found.arguments,
                    request.query,
                    request.headers,
                    None if answer.reset else answer.status,
                )
            )
            return answer

    def _answer(self, found: Match, request: Request, now: float) -> Answer:
        refusal = self.gate.refusal(request.headers, found.arguments) if found.route.needs_token else None
        if refusal is not None:
            return refusal
        self.memory.records.forget(now)
        call = Call(request, found.arguments, now, WIRES[self.wire], self.memory.records, self.pictures)
        return found.route.handler(call)


def digits(seed: int, text: str) -> str:
    """Give 32 hexadecimal digits that follow from a seed and a text."""
    return hashlib.sha256(f"{seed}:{text}".encode()).hexdigest()[:32]
