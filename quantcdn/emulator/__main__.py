"""The local service as a command: ``python -m quantcdn.emulator``."""

from __future__ import annotations

import argparse
import contextlib
import math
import signal
import sys
import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

from quantcdn._clock import sleep
from quantcdn._portability import set_variable
from quantcdn.emulator._clock import Clock
from quantcdn.emulator._emulator import Emulator
from quantcdn.emulator._http.request import RecordedRequest
from quantcdn.emulator._serializers import WIRE_FORMATS
from quantcdn.exceptions import OpenApiException

_GREETING = """\
The local service is at {url} and speaks version {wire}. Ctrl-C stops it.
Its token is {token}

{variables}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    parser.add_argument("--port", type=int, default=0, metavar="N", help="the port; 0, the default, takes a free one")
    parser.add_argument("--token", metavar="T", help="the token that requests must carry; one is made if none is given")
    parser.add_argument(
        "--wire", choices=list(WIRE_FORMATS), default="4.19", help="the version to speak (default: 4.19)"
    )
    parser.add_argument("--organisation", metavar="X", help="the only organisation; any is accepted if none is given")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="what identifiers, images and the token follow from (default: 0)",
    )
    parser.add_argument("--speed", type=float, default=1.0, metavar="F", help="how fast its clock runs (default: 1)")


def _wait_for_ever() -> None:
    sleep(math.inf)


def run(arguments: argparse.Namespace, wait: Callable[[], None] = _wait_for_ever) -> int:
    """Serve until ``wait`` ends; return 1 where an argument or the port cannot be used, else 0."""
    try:
        with Emulator(
            port=arguments.port,
            token=arguments.token,
            wire=arguments.wire,
            organisation=arguments.organisation,
            clock=Clock(arguments.speed),
            seed=arguments.seed,
            on_request=_log if sys.stderr and sys.stderr.isatty() else None,
        ) as service:
            service.fill_examples()
            service.fill_documented()
            sys.stdout.write(_greeting(service, arguments.organisation or "demo"))
            sys.stdout.flush()
            wait()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.stderr.write(f"quantcdn.emulator: port {arguments.port}: {error.strerror or error}\n")
        return 1
    except OpenApiException as error:
        sys.stderr.write(f"quantcdn.emulator: {error}\n")
        return 1
    return 0


def _log(request: RecordedRequest) -> None:
    """Write a line about a request to the terminal."""
    # Without the query, which has the signature of a signed URL, and quoted, since a terminal obeys control characters.
    path = quote(request.path, safe="/%:@!$&'()*+,;=~")
    line = f"{time.strftime('%H:%M:%S')} {request.method} {path} {request.status or 'connection reset'}\n"
    with contextlib.suppress(OSError, ValueError):  # the terminal may be gone, which is no matter of the client
        sys.stderr.write(line)
        sys.stderr.flush()


def _greeting(service: Emulator, organisation: str) -> str:
    settings = {"HOST": service.url, "API_TOKEN": service.token, "ORGANIZATION": organisation}
    variables = "\n".join(set_variable(f"QUANTCDN_{name}", value) for name, value in settings.items())
    return _GREETING.format(url=service.url, wire=service.wire, token=service.token, variables=variables)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    # A shell starts background commands with SIGINT ignored; both signals end this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser("python -m quantcdn.emulator", description="Serve the AI tools API locally.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
