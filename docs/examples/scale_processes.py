"""Wait for thousands of executions with some processes, each with a client and threads of its own."""

from __future__ import annotations

import multiprocessing
import signal
import time
from contextlib import closing
from dataclasses import replace
from multiprocessing import connection

from scale_threads import wait_with_threads
from scaling import Job, Outcomes, parser, run, whole

from quantcdn import OpenApiException, Outcome


def work(job: Job, threads: int, outcomes: connection.Connection) -> None:
    """Do a process's part, and send each outcome as it comes.

    Args:
        job: What to wait for; identifiers and settings came in, sockets did not.
        threads: How many threads, 1 or more.
        outcomes: Where the outcomes go.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent ends this one
    with outcomes, closing(wait_with_threads(job, threads)) as found:
        for outcome in found:
            outcomes.send(outcome)


def wait_with_processes(job: Job, processes: int, threads: int) -> Outcomes:
    """Wait with processes, each for a part of the executions; if one dies, the others go on.

    Args:
        job: What to wait for.
        processes: How many processes, 1 or more.
        threads: How many threads each has, 1 or more.

    Yields:
        An outcome for each identifier, as it ends.
    """
    context = multiprocessing.get_context("spawn")
    parts = job.parts(processes)
    begun = time.monotonic()
    running = {}
    try:
        for part in parts:
            here, there = context.Pipe(duplex=False)
            share = replace(job, identifiers=part, rate=job.rate / len(parts))
            process = context.Process(target=work, args=(share, threads, there), daemon=True)
            process.start()
            there.close()  # the process has its own end: when it is gone, the pipe is at its end
            running[here] = process, set(part)
        while running:
            ready = connection.wait(list(running))
            for here in [one for one in running if one in ready]:
                process, left = running[here]
                try:
                    outcome: Outcome = here.recv()
                except (EOFError, OSError):  # at its end, or in the middle of an outcome
                    del running[here]
                    process.join()
                    problem = OpenApiException(f"its process ended with exit code {process.exitcode}")
                    for identifier in left:
                        yield Outcome(identifier, None, problem, time.monotonic() - begun)
                else:
                    left.remove(outcome.identifier)
                    yield outcome
    finally:
        for process, _ in running.values():
            process.terminate()
            process.join()


def main() -> int:
    """Run the command."""
    command = parser(__doc__)
    command.add_argument("--processes", type=whole, default=2, help="how many processes")
    command.add_argument("--threads", type=whole, default=16, help="how many threads each has")
    given = command.parse_args()
    return run(given, lambda job: wait_with_processes(job, given.processes, given.threads))


if __name__ == "__main__":
    raise SystemExit(main())
