"""The client under test, and what must hold after each case, whatever the service has sent."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import re
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import trustme
from pydantic import BaseModel

import quantcdn
from quantcdn.api_client import TimeSource
from test.helpers.frames import frames
from test.helpers.read_body import CALLS, EXECUTION_ID, ORCHESTRATION_ID
from test.tools.fuzz.cases import ENDPOINTS, FETCHES, OTHERS, PLACE, Case, Step
from test.tools.fuzz.corpus import LINK, PASSWORD, PROXY_AUTHORISATION, SIGNATURE, TOKEN
from test.tools.fuzz.service import HostileService, probe_body

LIMITS = quantcdn.Timeout(connect=0.1, read=0.04, total=0.12)
WAIT_LIMIT = 0.2
SLACK = 0.5
"""How many seconds after its limit a call may end."""

CAP = 16 * 1_048_576
"""The largest body in bytes, unpacked, as the defaults have it."""
MEMORY = 3 * CAP + 20 * 1_048_576
DISPLAY_LIMIT = 5.0
"""How many seconds a model or an error may take to be written in all of its forms."""

_NOBODY = trustme.CA().cert_pem.bytes().decode()  # the system's authorities take long to load

CASES_PER_CLIENT = 25
MOST_FILES = 64
"""How many descriptors may be open once a client is closed."""

FRAMES_EACH = 100
"""In which part of the errors the local variables of all frames are read, beside the first of each kind."""


class Broken(Exception):  # it is a finding
    """Something that must hold does not."""


class FastTime:
    """The client's own time, of which a pause takes none here."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self.clock = TimeSource(self.now, self._skip, lambda _least, _most: 0.0)

    def now(self) -> float:
        return time.monotonic() + self._ahead

    def _skip(self, seconds: float) -> None:
        self._ahead += seconds


class Subject:
    """A client for each route, and the calls that cases name."""

    def __init__(self, service: HostileService) -> None:
        self.time = FastTime()
        proxy = f"http://user:{PASSWORD}@{service.place}"
        self._url = f"http://{service.place}"
        self.apis = {
            "direct": self._api(host=self._url, proxy=""),
            "forwarded": self._api(host="http://service.test", proxy=proxy, allow_http=True),
            "tunnel": self._api(host="https://service.test", proxy=proxy),
        }
        self._link = LINK.replace(PLACE, service.place.encode()).decode()

    def _api(self, **settings: Any) -> quantcdn.AIToolsApi:
        configuration = quantcdn.Configuration(
            access_token=TOKEN,
            timeout=LIMITS,
            max_image_size=CAP,
            ca_cert_data=_NOBODY,
            progress=False,
            no_proxy="",
            **settings,
        )
        client = quantcdn.ApiClient(configuration)
        client.clock = self.time.clock
        return quantcdn.AIToolsApi(client)

    def close(self) -> None:
        for api in self.apis.values():
            api.api_client.close()

    def call(self, case: Case, folder: str) -> object:
        """Make the call of a case; returns what comes of it."""
        api = self.apis[case.route]
        if case.call in ENDPOINTS:
            return getattr(api, case.call)(*CALLS[case.call])
        if case.call == "stream":
            with api.list_ai_tools_without_preload_content("acme") as response:
                return sum(map(len, response.stream(1000)))
        if case.call == "wait":
            return api.wait_for_ai_tool_execution("acme", EXECUTION_ID, timeout=WAIT_LIMIT)
        if case.call == "batch":
            ids = [EXECUTION_ID, ORCHESTRATION_ID]
            return list(islice(api.wait_for_ai_tool_executions("acme", ids, timeout=WAIT_LIMIT), 10))
        return self._fetch(case.call, folder)

    def _fetch(self, call: str, folder: str) -> object:
        """Download from this machine, where no proxy stands in between."""
        client = self.apis["direct"].api_client
        if call == "download":
            return client.rest_client.download(self._link).data
        execution = quantcdn.models.GetAIToolExecutionStatus200Response.from_dict(
            {
                "executionId": EXECUTION_ID,
                "toolName": "generate_image",
                "status": "complete",
                "createdAt": 0,
                "result": {"s3Urls": [self._link, f"{self._link}&n=2"]},
            }
        )
        save = quantcdn.images.save_images if call == "save_images" else quantcdn.images.save_files
        return save(execution, folder, api_client=client, timeout=WAIT_LIMIT)

    def limit(self, call: str) -> float:
        """Say how long a call may take, in seconds."""
        return {"wait": WAIT_LIMIT, "batch": WAIT_LIMIT, "save_images": WAIT_LIMIT, "save_files": WAIT_LIMIT}.get(
            call, LIMITS.total
        )

    def probe(self, case: Case, number: int) -> None:
        """Make the next call on the same client; it must get the response that is meant for it."""
        timeout = quantcdn.Timeout(5, 5, 5)
        if case.route != "tunnel":
            names = self.apis[case.route].list_ai_tool_names(f"probe-{number}", _request_timeout=timeout).tools
            if names != [f"probe-{number}"]:
                raise Broken(f"the next call got another response: {names!r:.80}")
        if case.call in FETCHES:
            url = f"{self._url}/probe-{number}"
            data = self.apis["direct"].api_client.rest_client.download(url, timeout=timeout).data
            if data != probe_body(number):
                raise Broken(f"the next download got other bytes: {data[:80]!r}")


class Checker:
    """Plays cases against a client, one after the other."""

    def __init__(self) -> None:
        self._service = HostileService()
        self._subject = Subject(self._service)
        self._played = self._errors = 0
        self._kinds: set[str] = set()
        self.outcomes: dict[str, int] = {}
        """How many cases ended in which way."""
        self.longest, self.largest = 0.0, 0
        """The most that a call took beyond its limit, in seconds, and of memory, in bytes."""
        self._log: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: self._log.append(record.getMessage())  # type: ignore[method-assign] # as intended
        logger = logging.getLogger("quantcdn")
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        warnings.simplefilter("error")
        for call in (*ENDPOINTS, *OTHERS):  # what is imported and built at the first call counts for no case
            with contextlib.suppress(Broken):
                self.check(Case((Step(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),), call))
        self.outcomes.clear()
        self.longest, self.largest = 0.0, 0

    def check(self, case: Case) -> None:
        """Play a case.

        Raises:
            Broken: Something does not hold.
        """
        self._played += 1
        if self._played % CASES_PER_CLIENT == 0:
            self._renew()
        self._service.play(case)
        self._log.clear()
        with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_SCRATCH) as folder:
            self._call(case, folder)
        self._service.settle()
        try:
            self._subject.probe(case, self._played)
        except quantcdn.OpenApiException as error:
            raise Broken(f"the next call failed: {type(error).__name__}") from error

    def _renew(self) -> None:
        """Go on with another client, since failures have used up the retries of this one."""
        self._subject.close()
        self._subject = Subject(self._service)
        if len(os.listdir("/proc/self/fd")) > MOST_FILES:
            raise Broken("sockets stay open when the client is closed")

    def _call(self, case: Case, folder: str) -> None:
        before, queued = _reset_peak(), _queued()
        clock = self._subject.time.now
        started = clock()
        result: object = None
        problem: BaseException | None = None
        try:
            result = self._subject.call(case, folder)
        except Exception as error:  # what it is, is the question
            problem = error
        # What the machine gives to others meanwhile is no fault of the client.
        late = clock() - started - (_queued() - queued) - self._subject.limit(case.call)
        used = _peak() - before
        self.longest, self.largest = max(self.longest, late), max(self.largest, used)
        kind = type(result).__name__ if problem is None else type(problem).__name__
        self.outcomes[kind] = self.outcomes.get(kind, 0) + 1
        if problem is not None and not isinstance(problem, quantcdn.OpenApiException):
            raise Broken(f"{kind} is no error of the family: {problem!s:.200}") from problem
        if late > SLACK:
            raise Broken(f"ended {late:.2f} s after its limit")
        if used > MEMORY:
            raise Broken(f"took {used / 1_048_576:.0f} MB")
        self._check_files(folder)
        self._check_secrets(case, result, problem)

    def _check_files(self, folder: str) -> None:
        for path in Path(folder).rglob("*"):
            if not re.fullmatch(rf"{EXECUTION_ID}-[01](-file|-preview)?\.[a-z0-9]+", path.name):
                raise Broken(f"a file of another name is left: {path.name!r}")

    def _check_secrets(self, case: Case, result: object, problem: BaseException | None) -> None:
        shown = [("the log", text) for text in self._log]
        shown += [("a model", text) for text in _in_time("a result is displayed", lambda: list(_displayed(result)))]
        carried: list[str] = []
        # What an execution failed of is told in the service's words, as its model has them.
        asked = () if isinstance(problem, quantcdn.WaitException) else _sent(case)
        if isinstance(problem, quantcdn.OpenApiException):
            shown += [("an error", text) for text in _in_time("an error is displayed", lambda: _written(problem))]
            # What the service sends stays in ``body``; only what authorised the request does not.
            carried = [str(vars(problem)), pickle.dumps(problem).decode("latin-1")]
            self._errors += 1
            kind = f"{type(problem).__name__} {re.sub('[0-9]+', '', str(problem))[:200]}"
            if kind not in self._kinds or self._errors % FRAMES_EACH == 0:
                self._kinds.add(kind)
                shown += [("a frame", text) for text in frames(problem)]
        for secret in asked:
            self._find(re.escape(secret), [*shown, *(("an error", text) for text in carried)], problem, models=False)
        self._find(rf"(?<!\w)X-Amz-Signature={SIGNATURE}", shown, problem, models=True)

    @staticmethod
    def _find(pattern: str, shown: list[tuple[str, str]], problem: BaseException | None, *, models: bool) -> None:
        """Look for a secret; a model may have what the service says of its own accord."""
        for where, text in shown:
            found = re.search(pattern, text) if models or where != "a model" else None
            if found is not None:
                name = {TOKEN: "the token", PASSWORD: "the password"}.get(found[0], "a signature")
                before = text[max(0, found.start() - 60) : found.start()]
                raise Broken(f"{where} shows {name}: …{before!r}…") from problem


_SCRATCH = "/dev/shm" if os.path.isdir("/dev/shm") else None  # a folder in memory spares the disk


def _in_time(what: str, work: Callable[[], Any]) -> Any:
    started = time.thread_time()
    try:
        return work()
    except quantcdn.OpenApiException:
        return []
    except Exception as error:
        raise Broken(f"{what}: {type(error).__name__}") from error
    finally:
        seconds = time.thread_time() - started
        if seconds > DISPLAY_LIMIT:
            raise Broken(f"{what}: {seconds:.1f} s")


def _sent(case: Case) -> tuple[str, ...]:
    """List what the requests of a case are authorised by, which their responses may repeat."""
    if case.call in FETCHES:
        return (SIGNATURE,)
    return (TOKEN,) if case.route == "direct" else (TOKEN, PASSWORD, PROXY_AUTHORISATION)


def _displayed(result: object) -> Iterator[str]:
    """Write a model in all forms that the package has; returns those that a person sees."""
    for model in result if isinstance(result, list) else [result]:
        if isinstance(model, BaseModel | quantcdn.Outcome):
            yield repr(model)
        if isinstance(model, BaseModel):
            yield str(model)
            yield model._repr_html_()
            model.to_dict()
            model.to_json()
            pickle.loads(pickle.dumps(model))


def _written(error: quantcdn.OpenApiException) -> list[str]:
    """Write an error in all forms that a person sees."""
    pickle.loads(pickle.dumps(error))
    return [str(error), repr(error), error._repr_html_(), "".join(traceback.format_exception(error))]


def _queued() -> float:
    """Read for how long this thread could have run and had no processor, in seconds."""
    with open("/proc/thread-self/schedstat", encoding="ascii") as file:
        return int(file.read().split()[1]) / 1e9


def _reset_peak() -> int:
    """Begin to measure; returns the bytes that are resident."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0
