"""What one round of fuzzing does: a call of the client, and the responses that it gets; as a value and as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from test.helpers.read_body import CALLS

ENDPOINTS = tuple(CALLS)
FETCHES = ("download", "save_images", "save_files")
OTHERS = ("stream", "wait", "batch", *FETCHES)
ROUTES = ("direct", "forwarded", "tunnel")
ENDINGS = ("keep", "close", "reset")
SLICINGS = ("whole", "thirds", "bytes", "drip")

PLACE = b"127.0.0.1:00000"
"""Stands for the hostile service itself, and has the length of any port that the system gives."""

MAX_SIZE = 262_144
"""The most bytes of all responses of a case."""

_CALL = re.compile(rb"call (\w+) (\w+)\n")
_STEP = re.compile(rb"step (\w+) (\w+) ([0-9]{1,7})\n")


@dataclass(frozen=True)
class Step:
    """A response."""

    data: bytes
    ending: str = "keep"
    """What the service does with the connection after it."""
    slicing: str = "whole"
    """In which pieces it sends it."""


@dataclass(frozen=True)
class Case:
    """A call and its responses; the last one comes again and again."""

    steps: tuple[Step, ...]
    call: str = "list_ai_tool_names"
    route: str = "direct"

    def to_bytes(self) -> bytes:
        """Write the case as a file, in which the responses can be read."""
        parts = [f"call {self.call} {self.route}\n".encode()]
        for step in self.steps:
            parts += [f"step {step.ending} {step.slicing} {len(step.data)}\n".encode(), step.data, b"\n"]
        return b"".join(parts)


def read_case(data: bytes) -> Case | None:
    """Read a case from a file; None where it is none."""
    found = _CALL.match(data)
    if found is None:
        return None
    call, route = (part.decode() for part in found.groups())
    at, steps = found.end(), list[Step]()
    while at < len(data):
        head = _STEP.match(data, at)
        if head is None:
            return None
        end = head.end() + int(head[3])
        steps.append(Step(data[head.end() : end], head[1].decode(), head[2].decode()))
        at = end + 1
    known = call in (*ENDPOINTS, *OTHERS) and route in ROUTES
    known = known and all(step.ending in ENDINGS and step.slicing in SLICINGS for step in steps)
    return Case(tuple(steps), call, route) if known and steps else None
