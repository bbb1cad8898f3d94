"""Threads that send requests for one wait, so that a response that does not come holds up nothing else."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections import deque
from collections.abc import Callable
from functools import partial

from quantcdn._clock import CancelFlag, monotonic

Task = tuple[str | None, Callable[[], object]]
Done = tuple[str | None, object]
"""What a task was for, and what it has returned or raised."""


class Workers:
    """Threads that are started as they are needed, and end with this object.

    Args:
        ended: Is raised when they are to end, for what they wait for before a request.
    """

    def __init__(self, ended: CancelFlag) -> None:
        self._ended = ended
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._threads = 0
        self.done: deque[Done] = deque()
        """The results, oldest first; whoever has handled one takes it off, so that an interrupt loses none."""

    def start(self, name: str | None, call: Callable[[], object], *, running: int) -> None:
        """Call a function in a thread, with the context of this one; ``running`` others are under way."""
        self._ended.is_raised = False
        task = (name, partial(contextvars.copy_context().run, call))
        if running >= self._threads and not self._start_thread():
            _do(task, self.done)  # the system has no thread left
            return
        self._tasks.put(task)

    def _start_thread(self) -> bool:
        arguments = (self._tasks, self.done, self._bell)
        self._threads += 1  # before the start: an interrupt after it would leave a thread that nobody ends
        try:
            # A daemon: a program may end while a request is under way.
            threading.Thread(target=_work, args=arguments, name="quantcdn-wait", daemon=True).start()
        except RuntimeError:
            self._threads -= 1
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait for a result for some seconds at most, and say whether there is one."""
        # Real seconds, whatever clock a test has given: the requests are real too.
        end = monotonic() + seconds
        while not self.done:
            try:
                self._bell.get(timeout=max(0.0, end - monotonic()))
            except queue.Empty:
                return False
        return True

    def close(self) -> None:
        """Let each thread end as soon as its call has."""
        self._ended.is_raised = True
        # Those that are started later have another queue, or one of them would end in the place of one that is busy.
        tasks, self._tasks = self._tasks, queue.SimpleQueue()
        for _ in range(self._threads):
            tasks.put(None)
        self._threads = 0

    def __del__(self) -> None:
        self.close()


def _work(tasks: queue.SimpleQueue[Task | None], done: deque[Done], bell: queue.SimpleQueue[None]) -> None:
    """Do one task after the other; the arguments do not lead to the object, so that it can be collected."""
    while (task := tasks.get()) is not None:
        _do(task, done)
        del task  # a thread that waits must not keep what was found
        bell.put(None)


def _do(task: Task, done: deque[Done]) -> None:
    name, call = task
    try:
        result = call()
    except BaseException as error:  # it is raised where the result is asked for
        result = error
    done.append((name, result))
