"""Simulate clients that begin to wait at the same moment: how many requests the service gets, and when.

``python docs/examples/polling_at_scale.py`` writes the figures beside itself and the plot to ``docs/images``.
The pauses are those of the client itself; a request takes no time, and no network is used.
"""

from __future__ import annotations

import argparse
import json
import random
from itertools import pairwise
from pathlib import Path

from quantcdn import Poll
from quantcdn.polling import EVERY_2_SECONDS

FIGURES = Path(__file__).with_suffix(".json")
PLOT = Path(__file__).parent.parent / "images" / "polling-at-scale.svg"

CLIENTS, SEED = 100_000, 2026
SHORTEST, LONGEST = 5.0, 60.0
"""How long an execution takes, in seconds: any time between these is as likely."""

POLICIES = {
    "default, any tool": Poll(),
    "default, images": EVERY_2_SECONDS,
    "every 2 s, no jitter": Poll(2.0, 1.0, 2.0, jitter=0.0),
}


def simulate(poll: Poll, clients: int) -> tuple[list[int], dict[str, float]]:
    """Let clients wait, each for an execution of its own.

    Args:
        poll: How often each polls.
        clients: How many begin at the same moment, 1 or more.

    Returns:
        The requests in each tenth of a second, and the figures.
    """
    chance = random.Random(SEED)
    tenths = [0] * int((LONGEST + 2 * poll.maximum) * 10)
    late: list[float] = []
    for _ in range(clients):
        ends, now = chance.uniform(SHORTEST, LONGEST), 0.0
        pauses = poll.pauses(chance.uniform)
        tenths[0] += 1
        while now < ends:
            now += next(pauses)
            tenths[int(now * 10 + 1e-6)] += 1
        late.append(now - ends)
    after_first = [0, *tenths[1:]]  # the first poll is sent by all at once whatever the pauses are
    seconds = [sum(after_first[place : place + 10]) for place in range(0, len(tenths), 10)]
    return tenths, {
        "requests": sum(tenths),
        "mean_per_second": round(sum(after_first) / LONGEST, 1),
        "peak_per_100_ms": max(after_first),
        "peak_per_100_ms_from_20_s_on": max(after_first[200:]),
        "peak_per_second": max(seconds),
        "mean_delay": round(sum(late) / clients, 3),
        "longest_delay": round(max(late), 3),
    }


def plot(series: dict[str, list[int]], clients: int) -> str:
    """Draw the requests of each tenth of a second, one strip a policy, all to the same scale.

    Args:
        series: The requests by policy.
        clients: The height of the scale.

    Returns:
        An SVG image.
    """
    width, height, left, strip = 820, 190, 70, 130
    whole = len(series) * height + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}"',
        ' font-family="sans-serif" font-size="13">',
        f"<title>Requests per 100 ms of {clients:,} clients that begin to wait at once</title>",
        f'<rect width="{width}" height="{whole}" fill="#ffffff"/>',
    ]
    scale = (width - left - 20) / (LONGEST * 10 + 50)
    for row, (name, tenths) in enumerate(series.items()):
        bottom = row * height + 30 + strip
        shown = [*tenths[: int(LONGEST * 10 + 50)], 0]
        points = [(left + place * scale, bottom - strip * count / clients) for place, count in enumerate(shown)]
        steps = "".join(f"H{after[0]:.1f}V{after[1]:.1f}" for _, after in pairwise(points))
        path = f"M{left},{bottom}V{points[0][1]:.1f}{steps}V{bottom}Z"
        parts += [
            f'<text x="{left}" y="{bottom - strip - 10}" font-weight="bold">{name}</text>',
            f'<path d="{path}" fill="#2f6f9f" stroke="#2f6f9f" stroke-width="0.6"/>',
            f'<path d="M{left},{bottom - strip}V{bottom}H{width - 20}" fill="none" stroke="#444444"/>',
            f'<text x="{left - 6}" y="{bottom - strip + 5}" text-anchor="end">{clients:,}</text>',
            f'<text x="{left - 6}" y="{bottom + 4}" text-anchor="end">0</text>',
        ]
        parts += [
            f'<text x="{left + second * 10 * scale:.1f}" y="{bottom + 18}" text-anchor="middle">{second} s</text>'
            for second in range(0, int(LONGEST) + 1, 10)
        ]
    parts.append(f'<text x="{left}" y="{whole - 12}">Requests in each 100 ms, simulated</text>')
    return "\n".join([*parts, "</svg>", ""])


def run(clients: int) -> tuple[dict[str, list[int]], dict[str, dict[str, float]]]:
    """Simulate every policy; returns the requests over time and the figures, by policy."""
    results = {name: simulate(poll, clients) for name, poll in POLICIES.items()}
    return {name: tenths for name, (tenths, _) in results.items()}, {name: f for name, (_, f) in results.items()}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Simulate many clients that begin to wait at once.")
    parser.add_argument("--clients", type=int, default=CLIENTS, help="how many")
    parser.add_argument("--figures", type=Path, default=FIGURES, help="where the figures go")
    parser.add_argument("--plot", type=Path, default=PLOT, help="where the plot goes")
    given = parser.parse_args()
    series, figures = run(given.clients)
    stored = {"clients": given.clients, "figures": figures}
    given.figures.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8", newline="\n")
    given.plot.parent.mkdir(exist_ok=True)
    given.plot.write_text(plot(series, given.clients), encoding="utf-8", newline="\n")
    for name, values in figures.items():
        print(f"{name:22}", *(f"{key}={value:g}" for key, value in values.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
