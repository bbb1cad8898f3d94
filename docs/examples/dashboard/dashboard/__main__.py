"""The command: ``ai-tools-dashboard ORGANISATION``."""

import argparse

import uvicorn

import quantcdn
from dashboard.app import Dashboard
from dashboard.history import History
from dashboard.live import Live


def main() -> None:
    """Serve the dashboard on this machine alone."""
    parser = argparse.ArgumentParser(prog="ai-tools-dashboard", description=__doc__)
    parser.add_argument("organisation")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--history", default="history.sqlite", metavar="FILE")
    given = parser.parse_args()
    configuration = quantcdn.Configuration.from_env()
    configuration.organisation = given.organisation
    with History(given.history) as history, quantcdn.ApiClient(configuration) as client, Live(client, history) as live:
        app = Dashboard(client, history, live).app()
        print(f"http://127.0.0.1:{given.port}/")
        uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
