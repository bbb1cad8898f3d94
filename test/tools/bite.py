"""Takes the guards of the package out one at a time, and says whether a test notices: ``python -m test.tools.bite``.

A test that has never failed proves nothing. Each bite is made in a copy of the tree; only the tests that are named
with it run. The exit status is 1 where one of them stays green, or where a guard is not found as it is written here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = 2


@dataclass(frozen=True)
class Bite:
    """A guard, what is left without it, and the test that must then fail."""

    guard: str
    file: str
    old: str
    new: str
    test: str
    name: str

    @property
    def arguments(self) -> list[str]:
        return [f"test/{self.test}.py", "-k", self.name]


BITES = (
    Bite(
        "of a token, no more is displayed than whether there is one",
        "_display/client_views.py",
        'else "from a function" if callable(token) else "set"',
        'else "from a function" if callable(token) else str(token)',
        "unit/test_display_clients",
        "state_is_shown_alone",
    ),
    Bite(
        "the titles of columns are escaped",
        "_display/elements.py",
        "[_cell(column, length).upper() for column in self.columns]",
        "[column.upper() for column in self.columns]",
        "unit/test_display_clients",
        "markup_and_signatures",
    ),
    Bite(
        "a URL that is cut shows no password",
        "_display/text.py",
        "_whole_words(text[:most])",
        "text[:most]",
        "unit/test_foreign_text",
        "before_its_end",
    ),
    Bite(
        "no formula is read in the titles of a plot",
        "models/_plot.py",
        ", parse_math=False",
        "",
        "unit/test_plot",
        "drawn_as_text",
    ),
    Bite(
        "every receive has its own limit",
        "_transport/connections.py",
        "seconds = self._limits.seconds()\n        if seconds !=",
        "seconds = self._limits._timeout.read\n        if seconds !=",
        "faults/test_downloads",
        "test_a_file_that_drips_ends_in_time",
    ),
    Bite(
        "interim answers are passed over",
        "_transport/http1.py",
        "if head.status >= 200:",
        "if head.status >= 100:",
        "faults/test_answering",
        "interim",
    ),
    Bite(
        "a line that is no header makes a response unusable",
        "_transport/http1.py",
        'raise ResponseError("the response has a malformed header line")',
        "fields = [f for f in fields if f]",
        "faults/test_http1",
        "malformed_header_line",
    ),
    Bite(
        "a head has a size as a whole",
        "_transport/http1.py",
        "if len(block) > MAX_HEAD_SIZE:",
        "if len(line) > MAX_HEAD_SIZE:",
        "unit/test_http1",
        "64_kilobytes_in_all",
    ),
    Bite(
        "interim responses are counted",
        "_transport/http1.py",
        "range(MAX_INTERIM_RESPONSES + 1)",
        "range(10**9)",
        "faults/test_http1",
        "large_head",
    ),
    Bite(
        "a transfer coding is a list",
        "_transport/http1.py",
        '_members(headers, "transfer-encoding") != ["chunked"]',
        '"chunked" not in headers["transfer-encoding"].lower()',
        "faults/test_http1",
        "transfer_coding",
    ),
    Bite(
        "a length beside chunks ends the connection",
        "_transport/http1.py",
        "(chunked and (length is not None or version == 10))",
        "False",
        "faults/test_http1",
        "doubtful_framing",
    ),
    Bite(
        "a chunk's data ends in CRLF",
        "_transport/http1.py",
        '!= b"\\r\\n":',
        "is None:",
        "faults/test_http1",
        "chunks_are_not_in_order",
    ),
    Bite(
        "chunk extensions have a size in sum",
        "_transport/http1.py",
        "if self._extensions_left < 0:",
        "if False:",
        "unit/test_http1",
        "bounded",
    ),
    Bite(
        "trailers are field lines",
        "_transport/http1.py",
        'parse_fields(_read_lines(self._file, "trailer section").decode("latin-1"))',
        '_read_lines(self._file, "trailer section")',
        "faults/test_http1",
        "chunks_are_not_in_order",
    ),
    Bite(
        "Connection is a list",
        "_transport/http1.py",
        'return "close" in options or',
        'return "close" in headers.get("connection", "") or',
        "faults/test_http1",
        "disclose",
    ),
    Bite(
        "an idle connection grows old",
        "_transport/connections.py",
        "self._idle_since = limits.now()",
        "self._idle_since = None",
        "faults/test_racing",
        "idle_for_long",
    ),
    Bite(
        "dead addresses come last",
        "_transport/connections.py",
        "race.run(_DEAD.last(in_turns(addresses), limits.now()))",
        "race.run(in_turns(addresses))",
        "faults/test_racing",
        "remembers_which_address_was_dead",
    ),
    Bite(
        "addresses are tried beside each other",
        "_transport/racing.py",
        "delay = min(ATTEMPT_DELAY, remaining / (waiting + 1)) if waiting else remaining",
        "delay = remaining",
        "faults/test_racing",
        "quarter_of_a_second",
    ),
    Bite(
        "an end without TLS's own end is a cut",
        "_transport/connections.py",
        "self.sock.suppress_ragged_eofs = False",
        "self.sock.suppress_ragged_eofs = True",
        "faults/test_answering",
        "test_a_body_until_the_end_of_the_connection_needs_tls_s_own_end",
    ),
    Bite(
        "connections beyond the pool's size are closed in silence",
        "_transport/connections.py",
        "elif item is not None:\n            item.close()",
        "else:\n            raise queue.Full",
        "faults/test_process",
        "test_fifty_threads",
    ),
    Bite(
        "a header has no line break",
        "_transport/connections.py",
        "!= 2 * (len(headers) + bool(host) + 2)",
        "< 0",
        "unit/test_request_head",
        "test_a_line_break",
    ),
    Bite(
        "a pause is slept in short parts",
        "_clock.py",
        "_SIGNAL_LATENCY = 0.1",
        "_SIGNAL_LATENCY = 100.0",
        "faults/test_process",
        "test_ctrl_c_that_the_system_gives_to_another_thread",
    ),
    Bite(
        "a signature comes past urllib3's log",
        "_transport/extension.py",
        "target = without_query_values(target)",
        "target = str(target)",
        "faults/test_downloads",
        "test_no_log_of_any_library_has_the_signature",
    ),
    Bite(
        "what replaces urllib3's connections gets its way",
        "_transport/extension.py",
        "                return current\n",
        "                pass\n",
        "faults/test_foreign_connections",
        "whole_target",
    ),
    Bite(
        "no idle connection is of another class than new ones",
        "_transport/extension.py",
        "== keeps_limits(self):",
        "in (True, False):",
        "faults/test_foreign_connections",
        "outlives",
    ),
    Bite(
        "hosts of files get no header of a hook",
        "rest.py",
        "call.hook_headers = {} if request.file else added",
        "call.hook_headers = added",
        "faults/test_hooks",
        "hosts_of_files",
    ),
    Bite(
        "a body is unpacked up to the limit",
        "_transport/decoding.py",
        "            yield start\n        raise too_large(limit)",
        "            yield start\n        return",
        "faults/test_limits",
        "larger_than_the_cap",
    ),
    Bite(
        "gzip is unpacked in pieces",
        "_transport/decoding.py",
        "decoder.decompress(waiting, PIECE_SIZE)",
        "decoder.decompress(waiting)",
        "faults/test_limits",
        "bomb",
    ),
    Bite(
        "packed files are refused",
        "_transport/decoding.py",
        'elif allow_gzip and encoding in ("gzip", "x-gzip"):',
        'elif encoding in ("gzip", "x-gzip"):',
        "faults/test_downloads",
        "test_a_file_with_an_encoding",
    ),
    Bite(
        "what a service repeats of a secret is taken out",
        "_redaction.py",
        "text = text.replace(secret, _MARK)",
        "pass",
        "faults/test_secrets",
        "test_what_authorises_a_request and 401-echoed",
    ),
    Bite(
        "a stale connection is replaced at once",
        "rest.py",
        "resend = outcome.stale and not call.resent and call.method in SAFE_METHODS",
        "resend = False",
        "faults/test_hooks",
        "test_a_resend_over_a_new_connection",
    ),
    Bite(
        "a request is resent at once only once",
        "rest.py",
        "            call.resent = call.resent or resend\n",
        "",
        "faults/test_process",
        "test_a_call_that_meets_dead_connections_twice",
    ),
    Bite(
        "a status that will not pass is not tried again",
        "rest.py",
        "else outcome.status in policy.statuses",
        "else outcome.status >= 300",
        "faults/test_retrying",
        "test_a_status_that_will_not_pass_is_tried_once",
    ),
    Bite(
        "a wait longer than a minute is not slept",
        "rest.py",
        "asked <= policy.longest_retry_after and ",
        "",
        "faults/test_retrying",
        "test_a_wait_longer_than_a_minute_is_raised_at_once",
    ),
    Bite(
        "a pause longer than the time left is not slept",
        "rest.py",
        " and soonest < call.remaining else None",
        " else None",
        "faults/test_retrying",
        "test_a_wait_longer_than_the_time_left",
    ),
    Bite(
        "a fork has its own connections",
        "_transport/pools.py",
        "if self._process != os.getpid():",
        "if False:",
        "faults/test_process",
        "test_a_fork_never_shares",
    ),
    Bite(
        "only a call that begins is refused by a closed client",
        "rest.py",
        "            call.attempts += 1\n",
        "            call.attempts += 1\n            self._check_open()\n",
        "faults/test_process",
        "test_a_call_that_is_in_a_pause",
    ),
    Bite(
        "a download has headers of its own",
        "rest.py",
        '{"Accept-Encoding": "identity"}',
        '{"Accept-Encoding": "identity", "Authorization": "Bearer t0ken"}',
        "faults/test_downloads",
        "test_a_download_sends_no_header",
    ),
    Bite(
        "a file's address is https",
        "_transport/downloads.py",
        'if parts.scheme != "https" and not is_plain:',
        "if False and not is_plain:",
        "faults/test_downloads",
        "test_a_url_that_is_no_https_url",
    ),
    Bite(
        "a redirect does not lead from https to this machine's http",
        "_transport/downloads.py",
        'return None if url.startswith("https:") and not target.startswith("https:") else target',
        "return target",
        "faults/test_downloads",
        "test_a_redirect_from_https_to_http",
    ),
    Bite(
        "a download follows three redirects",
        "rest.py",
        " or redirects == downloads.MOST_REDIRECTS",
        "",
        "faults/test_downloads",
        "test_three_redirects",
    ),
    Bite(
        "a hook that fails disturbs nothing",
        "_transport/attempts.py",
        "except Exception:  # a fault",
        "except LookupError:  # a fault",
        "faults/test_hooks",
        "test_a_hook_that_fails",
    ),
    Bite(
        "an answer is about what was asked for",
        "api_client.py",
        "if problem is not None:\n            error",
        "if False:\n            error",
        "integration/test_client",
        "test_a_response_about_another_identifier",
    ),
    Bite(
        "a copied client has headers of its own",
        "api_client.py",
        ', default_headers=dict(state["default_headers"])',
        "",
        "faults/test_process",
        "test_a_copy_of_a_client",
    ),
    Bite(
        "a number in an answer is finite",
        "models/_fields.py",
        "elif isinstance(item, float) and not math.isfinite(item):",
        "if False:",
        "unit/test_models",
        "test_numbers_that_json_does_not_have",
    ),
    Bite(
        "a time limit is a number above 0",
        "timeout.py",
        "if not 0 < seconds <= LONGEST_TIMEOUT:",
        "if seconds > LONGEST_TIMEOUT:",
        "integration/test_client",
        "test_an_unusable_option",
    ),
    Bite(
        "a number fits a float and is finite",
        "_validation.py",
        "if not math.isfinite(as_float):",
        "if False:",
        "unit/test_validation",
        "test_a_number_that_no_float_holds",
    ),
    Bite(
        "this machine is not reached through a proxy of the environment",
        "_transport/proxies.py",
        'if proxy is None and is_loopback(urlsplit(url).hostname or ""):',
        "if False:",
        "unit/test_proxies",
        "test_this_machine_is_never_reached",
    ),
    Bite(
        "a URL is below the configured host",
        "_generated/serialization.py",
        'if not text.startswith(host) or rest[:1] not in ("", "/", "?"):',
        "if not text.startswith(host):",
        "integration/test_generated",
        "test_a_url_of_another_host_is_refused",
    ),
    Bite(
        "a method that is not safe is sent once",
        "rest.py",
        " or call.method not in SAFE_METHODS:",
        ":",
        "integration/test_generated",
        "test_only_a_safe_method_is_sent_again",
    ),
    Bite(
        "a client's retries have a budget",
        "_transport/retry_budget.py",
        "if cost > self._tokens:",
        "if False:",
        "faults/test_budget",
        "test_a_service_that_is_down",
    ),
    Bite(
        "the last polls have half a second in all",
        "_polling/deadline.py",
        "return remaining + FINAL_POLL_TIMEOUT - self._overrun",
        "return FINAL_POLL_TIMEOUT",
        "integration/test_cancel",
        "half_a_second_after_its_deadline",
    ),
    Bite(
        "a poll is retried on credit only",
        "api/_waiters.py",
        "poll_attempts.set(2 if self._credit else 1)",
        "poll_attempts.set(2)",
        "integration/test_cancel",
        "test_a_service_that_is_down",
    ),
    Bite(
        "a failed poll loses credit",
        "api/_waiters.py",
        "self._credit = max(0, self._credit - 1)",
        "pass",
        "integration/test_cancel",
        "test_a_batch_of_60_on_a_service_that_goes_down",
    ),
    Bite(
        "a poll's Retry-After is the wait's own pause",
        "rest.py",
        "attempts=min(attempts, policy.attempts), longest_retry_after=0.0",
        "attempts=min(attempts, policy.attempts)",
        "integration/test_cancel",
        "test_a_pause_that_the_service_asks_for",
    ),
    Bite(
        "an unknown host is not asked for again",
        "_transport/attempts.py",
        "error.retryable = not failed.permanent",
        "pass",
        "integration/test_cancel",
        "test_an_unknown_host",
    ),
    Bite(
        "an event ends a pause at once",
        "_clock.py",
        "_CANCEL_LATENCY = 0.05",
        "_CANCEL_LATENCY = 1.0",
        "integration/test_cancel",
        "test_an_event_ends_a_pause",
    ),
    Bite(
        "chance is no state that is copied",
        "_clock.py",
        "random.SystemRandom()",
        "random.Random()",
        "integration/test_cancel",
        "test_the_same_pickle_in_4_processes",
    ),
    Bite(
        "who takes long is overtaken",
        "_polling/schedule.py",
        "_OVERTAKE_AFTER = 0.25",
        "_OVERTAKE_AFTER = 1e9",
        "integration/test_slow_batches",
        "test_requests_that_hang",
    ),
    Bite(
        "a list that hangs is not waited for",
        "_polling/schedule.py",
        "_LIST_HEAD_START = 1.0",
        "_LIST_HEAD_START = 1e9",
        "integration/test_slow_batches",
        "test_requests_that_hang",
    ),
    Bite(
        "the pause after a list begins with its end",
        "_polling/schedule.py",
        "(max(now, self.backed_off_until) if failed else now) + self._round",
        "self.in_flight[None] + self._round",
        "integration/test_slow_batches",
        "test_a_list_slower_than_its_interval",
    ),
    Bite(
        "what is found is not lost to an error",
        "_polling/batch.py",
        "self._events.popleft()  # before the call",
        "self._events.clear()  # before the call",
        "integration/test_slow_batches",
        "test_an_error_of_on_update",
    ),
    Bite(
        "the caller's own time is none of the last polls'",
        "_polling/batch.py",
        "self._end += max(",
        "self._end += 0 * max(",
        "integration/test_slow_batches",
        "test_what_the_caller_does_while_the_deadline_passes",
    ),
    Bite(
        "of two rows the first counts",
        "_polling/history.py",
        "rows.setdefault(key, row)",
        "rows[key] = row",
        "integration/test_gaps",
        "first_counts or unchanging",
    ),
    Bite(
        "a list that does not reach back is a gap",
        "_polling/history.py",
        "if len(rows) >= self.longest_page:\n            return False",
        "if len(rows) >= 100:\n            return False",
        "integration/test_gaps",
        "dated_in_the_future",
    ),
    Bite(
        "a known row on top shows nothing",
        "_polling/history.py",
        "for key in [next(reversed(rows)), *oldest]",
        "for key in rows",
        "integration/test_gaps",
        "dated_in_the_future",
    ),
    Bite(
        "what leaves unfinished is told",
        "_polling/history.py",
        "[key for key in self.unfinished if key not in rows] if self.shows_all else []",
        "[]",
        "integration/test_gaps",
        "every_execution_is_reported",
    ),
    Bite(
        "an address of files is checked when it is resolved",
        "_transport/connections.py",
        "if not current_limits.get().public_only or self.proxy is not None:",
        "if True:",
        "faults/test_addresses",
        "never_connected_to",
    ),
    Bite(
        "a public service names no local host",
        "_transport/downloads.py",
        'if reach == "public" and _is_local(parts.hostname):',
        "if False:",
        "faults/test_addresses",
        "cannot_name_a_local_host",
    ),
    Bite(
        "every redirect of a download is checked",
        "_transport/downloads.py",
        "download_target(target, reach)",
        'download_target(target, "loopback")',
        "faults/test_addresses",
        "every_redirect",
    ),
    Bite(
        "files without TLS are for a service on this machine",
        "_transport/downloads.py",
        'reach == "loopback" and is_loopback',
        "is_loopback",
        "faults/test_addresses",
        "http_is_for",
    ),
    Bite(
        "a part that was not asked for is no file",
        "rest.py",
        'if response.status == 206 and "Range" not in request.headers:',
        "if False:",
        "faults/test_addresses",
        "a_part_that_was_not",
    ),
    Bite(
        "hosts of files have a few pools",
        "_transport/pools.py",
        "if len(self._pools) > _MOST_FILE_POOLS:",
        "if False:",
        "faults/test_addresses",
        "many_hosts",
    ),
    Bite(
        "hosts of files share a TLS context",
        "_transport/pools.py",
        "if self._context is None:",
        "if True:",
        "faults/test_addresses",
        "many_hosts",
    ),
    Bite(
        "connections of a local service do not serve a public one",
        "_transport/pools.py",
        "self._pools.pop((host, reach), None)",
        "next((self._pools.pop(key) for key in list(self._pools) if key[0] == host), None)",
        "faults/test_addresses",
        "changed_later",
    ),
    Bite(
        "a download goes on with the same version alone",
        "_saving/download.py",
        ', "If-Range": self._validator}',
        "}",
        "faults/test_save_files",
        "surely",
    ),
    Bite(
        "a weak validator names no version",
        "_saving/download.py",
        "return tag if _STRONG_TAG.fullmatch(tag) else None",
        "return tag",
        "faults/test_save_files",
        "surely",
    ),
    Bite(
        "a date names no version within its second",
        "_saving/download.py",
        "if age.total_seconds() >= 1 else",
        "if True else",
        "faults/test_save_files",
        "surely",
    ),
    Bite(
        "a part begins where the last one ended",
        "_saving/download.py",
        "first != self._size or ",
        "",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "a part is of the same version",
        "_saving/download.py",
        "return is_same and length",
        "return length",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "a part is of the same size",
        "_saving/download.py",
        "or total not in (None, self._total)",
        "or False",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "a file that begins anew is emptied",
        "_saving/download.py",
        "        self._file.truncate()\n",
        "",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "no more is written than was said",
        "_saving/download.py",
        "if end is not None and self._size + len(piece) > end:",
        "if False:",
        "faults/test_save_files",
        "more_than_was_announced",
    ),
    Bite(
        "attempts without progress are counted",
        "_saving/download.py",
        "failures = 1 if self._size > furthest else failures + 1",
        "failures = 1",
        "faults/test_save_files",
        "bring_nothing_more",
    ),
    Bite(
        "files are counted",
        "_saving/limits.py",
        "if number > self.max_files:",
        "if False:",
        "faults/test_save_files",
        "more_files_than",
    ),
    Bite(
        "the sizes of files are summed up",
        "_saving/limits.py",
        "yield min(largest, left)",
        "yield largest",
        "faults/test_save_files",
        "sum_of_sizes",
    ),
    Bite(
        "the time of all files is one",
        "_saving/limits.py",
        "        if left <= 0:\n            raise ApiTimeout",
        "        if False:\n            raise ApiTimeout",
        "faults/test_save_files",
        "no_time_is_left",
    ),
    Bite(
        "half a file is taken away",
        "_saving/folder.py",
        "part.unlink(missing_ok=True)",
        "pass",
        "faults/test_save_files",
        "full_disk",
    ),
    Bite(
        "a folder into which nothing came is taken away",
        "_saving/folder.py",
        "path.rmdir()",
        "pass",
        "faults/test_save_files",
        "callback_raises",
    ),
    Bite(
        "names differ in more than letter case",
        "_saving/folder.py",
        "if plain == identifier == identifier.lower():",
        "if plain == identifier:",
        "integration/test_images",
        "every_identifier_makes_a_name",
    ),
    Bite(
        "a file that is open elsewhere is told with advice",
        "_saving/folder.py",
        "with _advice_for_open_file(path):",
        "with contextlib.nullcontext():",
        "integration/test_images",
        "viewer",
    ),
    Bite(
        "parts without an end are an error",
        "_saving/download.py",
        "if attempt == _MAX_ATTEMPTS:",
        "if False:",
        "faults/test_save_files",
        "parts_without_an_end",
    ),
    Bite(
        "a preview is called one",
        "images.py",
        '"-preview" if number < linked else ""',
        '""',
        "integration/test_images",
        "never_passes_for_the_original",
    ),
    Bite(
        "the rest of a body does not pass for the whole",
        "_transport/response.py",
        "            if self._is_begun:\n",
        "            if False:\n",
        "unit/test_responses",
        "data_after_a_part",
    ),
    Bite(
        "an empty piece does not pass for the end",
        "_transport/decoding.py",
        "        if start := piece[:left]:  # an empty piece would pass for the end\n            yield start\n",
        "        yield piece[:left]\n",
        "unit/test_responses",
        "reaches_the_limit",
    ),
    Bite(
        "a pickled response authorises nothing",
        "_transport/response.py",
        'left_out = ("_raw", "_pieces", "_call")',
        'left_out = ("_raw", "_pieces")',
        "unit/test_responses",
        "pickle or travels",
    ),
    Bite(
        "what the strict decoder takes of padding is refused",
        "_file_formats/data_uris.py",
        ' and not text.endswith("===")',
        "",
        "unit/test_data_uris",
        "as_browsers_read_it",
    ),
    Bite(
        "a data URI that is too large is not unpacked",
        "_file_formats/data_uris.py",
        "    if _is_larger(uri, comma + 1, end, limit):\n        raise _too_large(limit)\n",
        "",
        "unit/test_data_uris",
        "costs_nothing",
    ),
    Bite(
        "a call takes host and token from one snapshot",
        "api_client.py",
        "settings = self.configuration.__copy__()",
        "settings = self.configuration",
        "integration/test_with_options",
        "host_and_token_of_one_moment",
    ),
    Bite(
        "a copy of a client closes no connection",
        "rest.py",
        "if not self._is_copy:",
        "if True:",
        "integration/test_with_options",
        "test_leaving_a_copy",
    ),
    Bite(
        "each attempt waits for its turn",
        "rest.py",
        "if self._rate_limiter is not None:\n                self._await_turn(",
        "if not call.attempts and self._rate_limiter is not None:\n                self._await_turn(",
        "faults/test_rate_limit",
        "test_retries_obey_it",
    ),
    Bite(
        "headers that are given straight are hidden",
        "rest.py",
        "headers = hidden(headers)  # before anything can fail\n",
        "pass\n",
        "faults/test_secret_frames",
        "given_straight_and_cannot_be_sent",
    ),
    Bite(
        "a function for tokens is hidden",
        "_secrets.py",
        "        return SecretFunction(value)\n    return value",
        "        return value\n    return value",
        "faults/test_secret_frames",
        "test_a_function_that_holds_the_token",
    ),
    Bite(
        "what a proxy is authorised by is secret too",
        "_transport/call.py",
        "*header_secrets(self.proxy_headers), ",
        "",
        "faults/test_secrets",
        "test_a_proxys_password_is_shown_nowhere",
    ),
    Bite(
        "a secret may be written with escapes",
        "_redaction.py",
        'return re.sub(_ESCAPED, _letter, text.replace("\\\\", ""))',
        "return text",
        "faults/test_secrets",
        "503-escapes",
    ),
    Bite(
        "a traceback has no identifier that may be a token",
        "api_client.py",
        "            del model, problem  # as above",
        "            del problem",
        "faults/test_secrets",
        "test_an_identifier_that_repeats_a_token",
    ),
    Bite(
        "a missing key costs no copy of the body",
        "models/_base.py",
        "_bounds.has_many_items(json_str)",
        "False",
        "unit/test_bounds",
        "three_times_the_limit",
    ),
    Bite(
        "no error is too deep for a pickle",
        "operation.py",
        'from_json(raw.removeprefix(b"\\xef\\xbb\\xbf"))',
        "__import__('json').loads(raw)",
        "faults/test_answering",
        "test_the_body_of_an_error",
    ),
)


def copied(folder: str) -> Path:
    """Copy what the tests need."""
    tree = Path(folder)
    for name in ("quantcdn", "test", "docs"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tree)
    return tree


def tested(tree: Path, arguments: Iterable[str], limit: float) -> tuple[int, str]:
    """Run tests in a copy; returns pytest's exit status and what it wrote."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return 2, "they hang"
    return done.returncode, done.stdout[-2000:]


def bitten(bite: Bite) -> str:
    """Take a guard out; returns "" if its tests notice, else what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(folder)
        file = tree / "quantcdn" / bite.file
        text = file.read_text()
        if text.count(bite.old) != 1:
            return f"found {text.count(bite.old)} times: {bite.old!r}"
        file.write_text(text.replace(bite.old, bite.new))
        status, said = tested(tree, bite.arguments, limit=60)
        return "" if status == 1 and " failed" in said else f"its tests stay green:\n{said}"


def main() -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        files = {f"test/{bite.test}.py" for bite in BITES}
        names = " or ".join(f"({bite.name})" for bite in BITES)
        status, said = tested(copied(folder), [*sorted(files), "-k", names], limit=600)
    if status != 0:
        print(f"the tests fail even with all guards:\n{said}")
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems = 0
        for bite, problem in zip(BITES, pool.map(bitten, BITES), strict=True):
            problems += bool(problem)
            print(f"{'bad ' if problem else 'good'} {bite.guard}{': ' if problem else ''}{problem}", flush=True)
    print(f"{len(BITES) - problems} of {len(BITES)} guards are guarded, in {time.monotonic() - started:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
