"""What a call costs beside other clients: ``python -m test.benchmark`` measures it and prints a table."""

from __future__ import annotations

import argparse

from test.benchmark import page
from test.benchmark.measuring import BASELINE, measured
from test.benchmark.serving import nginx


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(
        prog="python -m test.benchmark", description=__doc__.partition(":")[0] if __doc__ else None
    )
    parser.add_argument("--rounds", type=int, default=30, help="how many rounds count; 30 by default")
    parser.add_argument(
        "--clients",
        default=",".join(page.CONTENDERS),
        help=f"which to compare, all by default: {','.join(page.CONTENDERS)}; {BASELINE} always takes part",
    )
    parser.add_argument("--write", action="store_true", help=f"write the table into {page.PAGE.name}")
    arguments = parser.parse_args()
    names = dict.fromkeys([*arguments.clients.split(","), BASELINE])
    unknown = names.keys() - page.CONTENDERS.keys()
    if unknown:
        parser.error(f"no such client: {', '.join(sorted(unknown))}")
    if arguments.write and len(names) < len(page.CONTENDERS):
        parser.error("the page shows all clients")
    with nginx() as url:
        report = page.report(measured(names, url, arguments.rounds), arguments.rounds)
    print(report, end="")
    if arguments.write:
        page.write(report)


if __name__ == "__main__":
    main()
