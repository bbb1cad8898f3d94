"""Random numbers that no two processes share, however a process came about."""

from __future__ import annotations

import random

# A generator with a state would be copied by fork, pickle and copy: the waits of all workers would then poll in step.
_SYSTEM = random.SystemRandom()


def uniform(least: float, most: float) -> float:
    """Draw a number from the system's own source."""
    return _SYSTEM.uniform(least, most)
