"""Wait for thousands of executions with one client and some threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from scaling import Job, Outcomes, pace, parser, run, whole

from quantcdn import AIToolsApi, ApiClient, Outcome


def wait_with_threads(job: Job, threads: int) -> Outcomes:
    """Wait with one client, each thread for a part of the executions.

    Args:
        job: What to wait for.
        threads: How many threads, 1 or more.

    Yields:
        An outcome for each identifier, as it ends.
    """
    outcomes: SimpleQueue[Outcome | None] = SimpleQueue()
    parts = job.parts(threads)
    poll, max_rate = pace(job.rate / max(len(parts), 1))

    def work(part: list[str]) -> None:
        for outcome in api.wait_for_ai_tool_executions(
            job.organisation, part, timeout=job.timeout, poll=poll, max_rate=max_rate
        ):
            outcomes.put(outcome)

    # The client is closed first: after Ctrl-C, that ends each thread at its next look.
    with ThreadPoolExecutor(threads) as pool, ApiClient(job.configuration) as client:
        api = AIToolsApi(client)
        futures = [pool.submit(work, part) for part in parts]
        for future in futures:
            future.add_done_callback(lambda _: outcomes.put(None))
        for _ in futures:
            yield from iter(outcomes.get, None)
        for future in futures:
            future.result()  # raises what ended a thread


def main() -> int:
    """Run the command."""
    command = parser(__doc__)
    command.add_argument("--threads", type=whole, default=32, help="how many threads")
    given = command.parse_args()
    return run(given, lambda job: wait_with_threads(job, given.threads))


if __name__ == "__main__":
    raise SystemExit(main())
