"""Wait for thousands of executions on a Dask cluster: a local one, or that of a scheduler's address."""

from __future__ import annotations

import math
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from dask.distributed import Client, LocalCluster, Semaphore, Worker, WorkerPlugin, as_completed, get_worker
from scaling import Job, Outcomes, pace, parser, run, whole

from quantcdn import AIToolsApi, ApiClient, Configuration, OpenApiException, Outcome, Poll

GRACE = 5.0
"""How much longer than the limit the tasks may take to come back, in seconds."""


class QuantPlugin(WorkerPlugin):
    """Holds one client a worker, which all of its threads share.

    Args:
        configuration: The settings, which travel to the workers with the token in them.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.name = f"quantcdn-{uuid.uuid4()}"  # other jobs on the cluster have clients of their own

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - Dask's signature
        """Make the client, also on a worker that comes later or comes back."""
        self.client = ApiClient(self.configuration)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask's signature
        """Close it."""
        self.client.close()


def work(
    part: list[str],
    plugin: str,
    organisation: str,
    leases: Semaphore,
    deadline: float,
    poll: Poll,
    max_rate: float,
) -> list[Outcome]:
    """Wait for some executions on a worker, with the client that is there.

    Args:
        part: The identifiers.
        plugin: The name of the plugin that holds the client.
        organisation: The organisation's name.
        leases: Each lease allows one task the share of the rate that is in ``poll`` and ``max_rate``.
        deadline: The end of all, in seconds since 1970: the clocks of the machines must agree.
        poll: How often the list is read.
        max_rate: How many executions are looked at on their own in a second, at most.

    Returns:
        An outcome for each identifier.
    """
    api = AIToolsApi(get_worker().plugins[plugin].client)
    with leases:
        left = max(deadline - time.time(), 0.0)
        return list(api.wait_for_ai_tool_executions(organisation, part, timeout=left, poll=poll, max_rate=max_rate))


def wait_with_dask(job: Job, cluster: Client, leases: int, batch: int) -> Outcomes:
    """Wait with tasks, each for some executions; if a worker dies, others do its tasks again.

    Args:
        job: What to wait for.
        cluster: The cluster.
        leases: How many tasks ask the service at the same time, 1 or more.
        batch: How many identifiers a task has at most, 1 or more.

    Yields:
        An outcome for each identifier, as its task ends.
    """
    size = min(batch, math.ceil(len(job.identifiers) / leases)) or 1
    # Neighbours were started together and end together: their task is soon over, and the next has its turn.
    parts = [job.identifiers[first : first + size] for first in range(0, len(job.identifiers), size)]
    poll, max_rate = pace(job.rate / leases)
    begun, deadline = time.monotonic(), time.time() + job.timeout
    plugin = QuantPlugin(job.configuration)
    cluster.register_plugin(plugin)
    semaphore = Semaphore(max_leases=leases, name="quantcdn")  # jobs that use the same name share the rate
    tasks = cluster.map(
        work,
        parts,
        plugin=plugin.name,
        organisation=job.organisation,
        leases=semaphore,
        deadline=deadline,
        poll=poll,
        max_rate=max_rate,
        pure=False,  # the same identifiers will have come further
    )
    left = dict(zip(tasks, parts, strict=True))

    def lost(part: list[str], why: str) -> Outcomes:
        for identifier in part:
            yield Outcome(identifier, None, OpenApiException(f"its task {why}"), time.monotonic() - begun)

    try:
        for task in as_completed(tasks, timeout=job.timeout + GRACE):
            part = left.pop(task)
            if task.status == "finished":
                yield from task.result()
            else:
                yield from lost(part, f"failed: {task.exception()!r}" if task.status == "error" else task.status)
    except TimeoutError:
        for part in left.values():
            yield from lost(part, "did not come back")
    finally:
        cluster.cancel(tasks)
        close_clients(cluster, plugin)  # tasks that still run end with them
        until = time.monotonic() + GRACE
        while left and semaphore.get_value() and time.monotonic() < until:
            time.sleep(0.1)


def close_clients(cluster: Client, plugin: QuantPlugin) -> None:
    """Take the plugin away; where that fails, the outcomes that are there still count."""
    try:
        cluster.unregister_worker_plugin(plugin.name)
    except Exception as error:  # Dask raises what a worker did that is just coming or going
        print(f"not every worker has closed its client: {error!r}", file=sys.stderr)


@contextmanager
def connected(scheduler: str | None, workers: int, threads: int) -> Iterator[Client]:
    """Connect to a scheduler, or start a cluster on this machine."""
    if scheduler is not None:
        with Client(scheduler) as client:
            yield client
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; workers end with this one
    try:
        local = LocalCluster(n_workers=workers, threads_per_worker=threads, dashboard_address="127.0.0.1:0")
    finally:
        signal.signal(signal.SIGINT, handler)
    with local, Client(local) as client:
        yield client


def main() -> int:
    """Run the command."""
    command = parser(__doc__)
    command.add_argument("--scheduler", metavar="ADDRESS", help="a scheduler's address, in place of a local cluster")
    command.add_argument("--workers", type=whole, default=2, help="how many processes the local cluster has")
    command.add_argument("--threads", type=whole, default=16, help="how many threads each of them has")
    command.add_argument("--leases", type=whole, default=32, help="how many tasks ask at the same time")
    command.add_argument("--batch", type=whole, default=100, help="how many identifiers a task has")
    given = command.parse_args()

    def wait(job: Job) -> Outcomes:
        with connected(given.scheduler, given.workers, given.threads) as cluster:
            yield from wait_with_dask(job, cluster, given.leases, given.batch)

    return run(given, wait)


if __name__ == "__main__":
    raise SystemExit(main())
