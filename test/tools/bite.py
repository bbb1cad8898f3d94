"""Takes the guards of the package out one at a time, and says whether a test notices: ``python -m test.tools.bite``.

A test that has never failed proves nothing. Each bite is made in a copy of the tree; only the tests that are named
with it run. The exit status is 1 where one of them stays green, or where a guard is not found once in the package,
written as ``ast.unparse`` writes it: neither a formatter nor a move to another module makes a guard unknown.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
AT_ONCE = 2


@dataclass(frozen=True)
class Bite:
    """A guard, what is left without it, and the test that must then fail."""

    guard: str
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
        "else 'from a function' if callable(token) else 'set'",
        'else "from a function" if callable(token) else str(token)',
        "unit/test_display_clients",
        "state_is_shown_alone",
    ),
    Bite(
        "the titles of columns are escaped",
        "[_cell(column, length).upper() for column in self.columns]",
        "[column.upper() for column in self.columns]",
        "unit/test_display_clients",
        "markup_and_signatures",
    ),
    Bite(
        "a URL that is cut shows no password",
        "_whole_words(text[:most])",
        "text[:most]",
        "unit/test_foreign_text",
        "before_its_end",
    ),
    Bite(
        "no formula is read in the titles of a plot",
        ", parse_math=False",
        "",
        "unit/test_plot",
        "drawn_as_text",
    ),
    Bite(
        "on Windows a receive is in parts, so that Ctrl-C ends it",
        "if _portability.WINDOWS:\n            return _portability.receive_in_parts",
        "if False:\n            return _portability.receive_in_parts",
        "unit/test_interrupts",
        "test_ctrl_c_ends_a_receive_within_a_second",
    ),
    Bite(
        "a body that a browser has decoded is not decoded again",
        "raw.headers.discard('content-encoding')",
        "pass",
        "faults/test_pyodide",
        "test_a_body_that_the_browser_has_decoded_is_not_decoded_again",
    ),
    Bite(
        "a replaced connection's body ends with the call",
        "if call.remaining <= 0:\n            raise TimeoutError('timed out')",
        "if False:\n            raise TimeoutError('timed out')",
        "faults/test_pyodide",
        "test_a_body_that_came_after_the_limit_of_the_call_is_not_read",
    ),
    Bite(
        "every receive has its own limit",
        "seconds = self.limits.seconds()",
        "seconds = self.limits._timeout.read",
        "faults/test_downloads",
        "test_a_file_that_drips_ends_in_time",
    ),
    Bite(
        "interim answers are passed over",
        "if head.status >= 200:",
        "if head.status >= 100:",
        "faults/test_answering",
        "interim",
    ),
    Bite(
        "a line that is no header makes a response unusable",
        "raise ResponseError('the response has a malformed header line')",
        "fields = [f for f in fields if f]",
        "faults/test_http1",
        "malformed_header_line",
    ),
    Bite(
        "a head has a size as a whole",
        "if len(block) > MAX_HEAD_SIZE:",
        "if len(line) > MAX_HEAD_SIZE:",
        "unit/test_http1",
        "64_kilobytes_in_all",
    ),
    Bite(
        "interim responses are counted",
        "range(MAX_INTERIM_RESPONSES + 1)",
        "range(10**9)",
        "faults/test_http1",
        "large_head",
    ),
    Bite(
        "an error gives a body up",
        "except BaseException:\n            self._end(complete=False)",
        "except ZeroDivisionError:\n            self._end(complete=False)",
        "unit/test_http1",
        "gives_a_body_up",
    ),
    Bite(
        "a connection that broke lets the next one be made anew",
        "if self._connection is not None:\n            self._pool",
        "if complete and self._connection is not None:\n            self._pool",
        "unit/test_responses",
        "anew_after_a_break",
    ),
    Bite(
        "a transfer coding is a list",
        "_members(headers['transfer-encoding']) != ['chunked']",
        '"chunked" not in headers["transfer-encoding"].lower()',
        "faults/test_http1",
        "transfer_coding",
    ),
    Bite(
        "a length beside chunks ends the connection",
        "(chunked and (length is not None or version == 10))",
        "False",
        "faults/test_http1",
        "doubtful_framing",
    ),
    Bite(
        "a chunk's data ends in CRLF",
        "!= b'\\r\\n':",
        "is None:",
        "faults/test_http1",
        "chunks_are_not_in_order",
    ),
    Bite(
        "chunk extensions have a size in sum",
        "if self._extensions_left < 0:",
        "if False:",
        "unit/test_http1",
        "bounded",
    ),
    Bite(
        "trailers are field lines",
        "parse_fields(_read_lines(self._file, 'trailer section').decode('latin-1'))",
        '_read_lines(self._file, "trailer section")',
        "faults/test_http1",
        "chunks_are_not_in_order",
    ),
    Bite(
        "Connection is a list",
        "return 'close' in options or",
        'return "close" in headers.get("connection", "") or',
        "faults/test_http1",
        "disclose",
    ),
    Bite(
        "an idle connection grows old",
        "self._idle_since = limits.now()",
        "self._idle_since = None",
        "faults/test_racing",
        "idle_for_long",
    ),
    Bite(
        "dead addresses come last",
        "race.run(_DEAD.last(in_turns(addresses), limits.now()))",
        "race.run(in_turns(addresses))",
        "unit/test_racing",
        "remembers_which_address_was_dead",
    ),
    Bite(
        "addresses are tried beside each other",
        "delay = min(ATTEMPT_DELAY, remaining / (waiting + 1)) if waiting else remaining",
        "delay = remaining",
        "unit/test_racing",
        "quarter_of_a_second",
    ),
    Bite(
        "an end without TLS's own end is a cut",
        "self.sock.suppress_ragged_eofs = False",
        "self.sock.suppress_ragged_eofs = True",
        "faults/test_answering",
        "test_a_body_until_the_end_of_the_connection_needs_tls_s_own_end",
    ),
    Bite(
        "connections beyond the pool's size are closed in silence",
        "if len(self._connections) > self._maxsize:\n            self._close_surplus()",
        "if len(self._connections) > self._maxsize:\n            raise queue.Full",
        "faults/test_process",
        "test_fifty_threads",
    ),
    Bite(
        "a header that is set again is never missing",
        "    headers[checked_name] = header_value(checked_name, checked_value)\n",
        "    remove_header(headers, checked_name)\n"
        "    headers[checked_name] = header_value(checked_name, checked_value)\n",
        "unit/test_threads",
        "renewed_in_the_headers",
    ),
    Bite(
        "a header has no line break",
        "!= 2 * (len(headers) + len(host) + 2)",
        "< 0",
        "unit/test_request_head",
        "test_a_line_break",
    ),
    Bite(
        "a pause is slept in short parts",
        "_SIGNAL_LATENCY = 0.1",
        "_SIGNAL_LATENCY = 100.0",
        "faults/test_process",
        "test_ctrl_c_that_the_system_gives_to_another_thread",
    ),
    Bite(
        "a signature comes past urllib3's log",
        "target = without_query_values(target)",
        "target = str(target)",
        "faults/test_downloads",
        "test_no_log_of_any_library_has_the_signature",
    ),
    Bite(
        "what replaces urllib3's connections gets its way",
        "                return current\n",
        "                pass\n",
        "faults/test_foreign_connections",
        "whole_target",
    ),
    Bite(
        "no idle connection is of another class than new ones",
        "== keeps_limits(self):",
        "in (True, False):",
        "faults/test_foreign_connections",
        "outlives",
    ),
    Bite(
        "hosts of files get no header of a hook",
        "call.hook_headers = {} if request.file else added",
        "call.hook_headers = added",
        "faults/test_hooks",
        "hosts_of_files",
    ),
    Bite(
        "a body is unpacked up to the limit",
        "            yield start\n        raise too_large(limit)",
        "            yield start\n        return",
        "faults/test_limits",
        "larger_than_the_cap",
    ),
    Bite(
        "gzip is unpacked in pieces",
        "decoder.decompress(waiting, PIECE_SIZE)",
        "decoder.decompress(waiting)",
        "faults/test_limits",
        "bomb",
    ),
    Bite(
        "packed files are refused",
        "elif allow_gzip and encoding in ('gzip', 'x-gzip'):",
        'elif encoding in ("gzip", "x-gzip"):',
        "faults/test_downloads",
        "test_a_file_with_an_encoding",
    ),
    Bite(
        "what a service repeats of a secret is taken out",
        "plain = _unescaped(text)\n    for secret in secrets:",
        "plain = _unescaped(text)\n    for secret in ():",
        "faults/test_secrets",
        "test_what_authorises_a_request and 401-echoed",
    ),
    Bite(
        "a stale connection is replaced at once",
        "resend = outcome.stale and (not call.resent) and (call.method in SAFE_METHODS)",
        "resend = False",
        "faults/test_hooks",
        "test_a_resend_over_a_new_connection",
    ),
    Bite(
        "a request is resent at once only once",
        "            call.resent = call.resent or resend\n",
        "",
        "faults/test_process",
        "test_a_call_that_meets_dead_connections_twice",
    ),
    Bite(
        "a status that will not pass is not tried again",
        "else outcome.status in policy.statuses",
        "else outcome.status >= 300",
        "faults/test_retrying",
        "test_a_status_that_will_not_pass_is_tried_once",
    ),
    Bite(
        "a wait longer than a minute is not slept",
        "asked <= policy.longest_retry_after and ",
        "",
        "faults/test_retrying",
        "test_a_wait_longer_than_a_minute_is_raised_at_once",
    ),
    Bite(
        "a pause longer than the time left is not slept",
        " and soonest < call.remaining else None",
        " else None",
        "faults/test_retrying",
        "test_a_wait_longer_than_the_time_left",
    ),
    Bite(
        "a fork has its own connections",
        "if self._process == os.getpid():\n            return",
        "if True:\n            return",
        "faults/test_process",
        "test_a_fork_never_shares",
    ),
    Bite(
        "only a call that begins is refused by a closed client",
        "            call.attempts += 1\n",
        "            call.attempts += 1\n            self._check_open()\n",
        "faults/test_process",
        "test_a_call_that_is_in_a_pause",
    ),
    Bite(
        "a download has headers of its own",
        "{'Accept-Encoding': 'identity'}",
        '{"Accept-Encoding": "identity", "Authorization": "Bearer t0ken"}',
        "faults/test_downloads",
        "test_a_download_sends_no_header",
    ),
    Bite(
        "a file's address is https",
        "if parts.scheme != 'https' and (not is_plain):",
        "if False and not is_plain:",
        "faults/test_downloads",
        "test_a_url_that_is_no_https_url",
    ),
    Bite(
        "a redirect does not lead from https to this machine's http",
        "return None if url.startswith('https:') and (not target.startswith('https:')) else target",
        "return target",
        "faults/test_downloads",
        "test_a_redirect_from_https_to_http",
    ),
    Bite(
        "a download follows three redirects",
        " or redirects == downloads.MOST_REDIRECTS",
        "",
        "faults/test_downloads",
        "test_three_redirects",
    ),
    Bite(
        "a hook that fails disturbs nothing",
        "except Exception:\n        _LOGGER.warning('a hook failed'",
        "except LookupError:\n        _LOGGER.warning('a hook failed'",
        "faults/test_hooks",
        "test_a_hook_that_fails",
    ),
    Bite(
        "an answer is about what was asked for",
        "if problem is not None:\n            error",
        "if False:\n            error",
        "integration/test_client",
        "test_a_response_about_another_identifier",
    ),
    Bite(
        "a copied client has headers of its own",
        ", default_headers=dict(state['default_headers'])",
        "",
        "faults/test_process",
        "test_a_copy_of_a_client",
    ),
    Bite(
        "a number in an answer is finite",
        "elif isinstance(item, float) and (not math.isfinite(item)):",
        "if False:",
        "unit/test_models",
        "test_numbers_that_json_does_not_have",
    ),
    Bite(
        "a time limit is a number above 0",
        "if not 0 < seconds <= LONGEST_TIMEOUT:",
        "if seconds > LONGEST_TIMEOUT:",
        "integration/test_client",
        "test_an_unusable_option",
    ),
    Bite(
        "a number fits a float and is finite",
        "if not math.isfinite(as_float):",
        "if False:",
        "unit/test_validation",
        "test_a_number_that_no_float_holds",
    ),
    Bite(
        "this machine is not reached through a proxy of the environment",
        "if proxy is None and is_loopback(urlsplit(url).hostname or ''):",
        "if False:",
        "unit/test_proxies",
        "test_this_machine_is_never_reached",
    ),
    Bite(
        "a URL is below the configured host",
        "if not text.startswith(host) or rest[:1] not in ('', '/', '?'):",
        "if not text.startswith(host):",
        "integration/test_generated",
        "test_a_url_of_another_host_is_refused",
    ),
    Bite(
        "a method that is not safe is sent once",
        " or call.method not in SAFE_METHODS:",
        ":",
        "integration/test_generated",
        "test_only_a_safe_method_is_sent_again",
    ),
    Bite(
        "a client's retries have a budget",
        "if cost > self._tokens:",
        "if False:",
        "faults/test_budget",
        "test_a_service_that_is_down",
    ),
    Bite(
        "the last polls have half a second in all",
        "return remaining + FINAL_POLL_TIMEOUT - self._overrun",
        "return FINAL_POLL_TIMEOUT",
        "integration/test_cancel",
        "half_a_second_after_its_deadline",
    ),
    Bite(
        "a poll is retried on credit only",
        "poll_attempts.set(2 if self._credit else 1)",
        "poll_attempts.set(2)",
        "integration/test_cancel",
        "test_a_service_that_is_down",
    ),
    Bite(
        "a failed poll loses credit",
        "self._credit = max(0, self._credit - 1)",
        "pass",
        "integration/test_cancel",
        "test_a_batch_of_60_on_a_service_that_goes_down",
    ),
    Bite(
        "a poll's Retry-After is the wait's own pause",
        "attempts=min(attempts, policy.attempts), longest_retry_after=0.0",
        "attempts=min(attempts, policy.attempts)",
        "integration/test_cancel",
        "pause_that_the_service_asks_for",
    ),
    Bite(
        "an unknown host is not asked for again",
        "error.retryable = not failed.permanent",
        "pass",
        "integration/test_cancel",
        "test_an_unknown_host",
    ),
    Bite(
        "an event ends a pause at once",
        "_CANCEL_LATENCY = 0.05",
        "_CANCEL_LATENCY = 1.0",
        "integration/test_cancel",
        "test_an_event_ends_a_pause",
    ),
    Bite(
        "chance is no state that is copied",
        "random.SystemRandom()",
        "random.Random()",
        "integration/test_cancel",
        "test_the_same_pickle_in_4_processes",
    ),
    Bite(
        "who takes long is overtaken",
        "_OVERTAKE_AFTER = 0.25",
        "_OVERTAKE_AFTER = 1e9",
        "integration/test_slow_batches",
        "test_requests_that_hang",
    ),
    Bite(
        "a list that hangs is not waited for",
        "_LIST_HEAD_START = 1.0",
        "_LIST_HEAD_START = 1e9",
        "integration/test_slow_batches",
        "test_requests_that_hang",
    ),
    Bite(
        "the pause after a list begins with its end",
        "(max(now, self.backed_off_until) if failed else now) + self._round",
        "self.in_flight[None] + self._round",
        "unit/test_slow_batches",
        "test_a_list_slower_than_its_interval",
    ),
    Bite(
        "what is found is not lost to an error",
        "self._events.popleft()\n            if self._on_update",
        "self._events.clear()\n            if self._on_update",
        "unit/test_slow_batches",
        "test_an_error_of_on_update",
    ),
    Bite(
        "the caller's own time is none of the last polls'",
        "self._end += max(",
        "self._end += 0 * max(",
        "unit/test_slow_batches",
        "test_what_the_caller_does_while_the_deadline_passes",
    ),
    Bite(
        "of two rows the first counts",
        "rows.setdefault(key, row)",
        "rows[key] = row",
        "unit/test_gaps",
        "first_counts or unchanging",
    ),
    Bite(
        "a list that does not reach back is a gap",
        "if len(rows) >= self.longest_page:\n            return False",
        "if len(rows) >= 100:\n            return False",
        "unit/test_gaps",
        "dated_in_the_future",
    ),
    Bite(
        "a known row on top shows nothing",
        "for key in [next(reversed(rows)), *oldest]",
        "for key in rows",
        "unit/test_gaps",
        "dated_in_the_future",
    ),
    Bite(
        "what leaves unfinished is told",
        "[key for key in self.unfinished if key not in rows] if self.shows_all else []",
        "[]",
        "unit/test_gaps",
        "every_execution_is_reported",
    ),
    Bite(
        "an address of files is checked when it is resolved",
        "if not current_limits.get().public_only or self.proxy is not None:",
        "if True:",
        "faults/test_addresses",
        "never_connected_to",
    ),
    Bite(
        "a public service names no local host",
        "if reach == 'public' and _is_local(parts.hostname):",
        "if False:",
        "faults/test_addresses",
        "cannot_name_a_local_host",
    ),
    Bite(
        "every redirect of a download is checked",
        "download_target(target, reach)",
        'download_target(target, "loopback")',
        "faults/test_addresses",
        "every_redirect",
    ),
    Bite(
        "files without TLS are for a service on this machine",
        "reach == 'loopback' and is_loopback",
        "is_loopback",
        "faults/test_addresses",
        "http_is_for",
    ),
    Bite(
        "a part that was not asked for is no file",
        "if response.status == 206 and 'Range' not in request.headers:",
        "if False:",
        "faults/test_addresses",
        "a_part_that_was_not",
    ),
    Bite(
        "hosts of files have a few pools",
        "if len(self._pools) > _MOST_FILE_POOLS:",
        "if False:",
        "faults/test_addresses",
        "many_hosts",
    ),
    Bite(
        "hosts of files share a TLS context",
        "if self._context is None:",
        "if True:",
        "faults/test_addresses",
        "many_hosts",
    ),
    Bite(
        "connections of a local service do not serve a public one",
        "self._pools.pop((host, reach), None)",
        "next((self._pools.pop(key) for key in list(self._pools) if key[0] == host), None)",
        "faults/test_addresses",
        "changed_later",
    ),
    Bite(
        "a download goes on with the same version alone",
        ", 'If-Range': self._validator}",
        "}",
        "faults/test_save_files",
        "surely",
    ),
    Bite(
        "a weak validator names no version",
        "return tag if _STRONG_TAG.fullmatch(tag) else None",
        "return tag",
        "faults/test_save_files",
        "surely",
    ),
    Bite(
        "a date names no version within its second",
        "if age.total_seconds() >= 1 else",
        "if True else",
        "faults/test_save_files",
        "surely",
    ),
    Bite(
        "a part begins where the last one ended",
        "first != self._size or ",
        "",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "a part is of the same version",
        "return is_same and length",
        "return length",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "a part is of the same size",
        "or total not in (None, self._total)",
        "or False",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "a file that begins anew is emptied",
        "        self._file.truncate()\n",
        "",
        "faults/test_save_files",
        "begins_anew",
    ),
    Bite(
        "no more is written than was said",
        "if end is not None and self._size + len(piece) > end:",
        "if False:",
        "faults/test_save_files",
        "more_than_was_announced",
    ),
    Bite(
        "attempts without progress are counted",
        "failures = 1 if self._size > furthest else failures + 1",
        "failures = 1",
        "faults/test_save_files",
        "bring_nothing_more",
    ),
    Bite(
        "files are counted",
        "if number > self.max_files:",
        "if False:",
        "faults/test_save_files",
        "more_files_than",
    ),
    Bite(
        "the sizes of files are summed up",
        "yield min(largest, left)",
        "yield largest",
        "faults/test_save_files",
        "sum_of_sizes",
    ),
    Bite(
        "the time of all files is one",
        "        if left <= 0:\n            raise ApiTimeout",
        "        if False:\n            raise ApiTimeout",
        "faults/test_save_files",
        "no_time_is_left",
    ),
    Bite(
        "half a file is taken away",
        "part.unlink(missing_ok=True)",
        "pass",
        "faults/test_save_files",
        "full_disk",
    ),
    Bite(
        "a folder into which nothing came is taken away",
        "path.rmdir()",
        "pass",
        "faults/test_save_files",
        "callback_raises",
    ),
    Bite(
        "names differ in more than letter case",
        "if plain == identifier == identifier.lower():",
        "if plain == identifier:",
        "integration/test_images",
        "every_identifier_makes_a_name",
    ),
    Bite(
        "a file that is open elsewhere is told with advice",
        "with _advice_for_open_file(path):",
        "with contextlib.nullcontext():",
        "integration/test_images",
        "viewer",
    ),
    Bite(
        "parts without an end are an error",
        "if attempt == _MAX_ATTEMPTS:",
        "if False:",
        "faults/test_save_files",
        "parts_without_an_end",
    ),
    Bite(
        "a preview is called one",
        "'-preview' if number < linked else ''",
        '""',
        "integration/test_images",
        "never_passes_for_the_original",
    ),
    Bite(
        "the rest of a body does not pass for the whole",
        "            if self._is_begun:\n",
        "            if False:\n",
        "unit/test_responses",
        "data_after_a_part",
    ),
    Bite(
        "an empty piece does not pass for the end",
        "        if (start := piece[:left]):\n            yield start\n",
        "        yield piece[:left]\n",
        "unit/test_responses",
        "reaches_the_limit",
    ),
    Bite(
        "a pickled response authorises nothing",
        "left_out = ('_raw', '_pieces', '_call')",
        'left_out = ("_raw", "_pieces")',
        "unit/test_responses",
        "pickle or travels",
    ),
    Bite(
        "what the strict decoder takes of padding is refused",
        " and (not text.endswith('==='))",
        "",
        "unit/test_data_uris",
        "as_browsers_read_it",
    ),
    Bite(
        "a data URI that is too large is not unpacked",
        "    if _is_larger(uri, comma + 1, end, limit):\n        raise _too_large(limit)\n",
        "",
        "unit/test_data_uris",
        "costs_nothing",
    ),
    Bite(
        "a call takes host and token from one snapshot",
        "settings = self.configuration.__copy__()",
        "settings = self.configuration",
        "integration/test_with_options",
        "host_and_token_of_one_moment",
    ),
    Bite(
        "a copy of a client closes no connection",
        "if not self._is_copy:",
        "if True:",
        "integration/test_with_options",
        "test_leaving_a_copy",
    ),
    Bite(
        "each attempt waits for its turn",
        "if self._rate_limiter is not None:\n                self._await_turn(",
        "if not call.attempts and self._rate_limiter is not None:\n                self._await_turn(",
        "faults/test_rate_limit",
        "test_retries_obey_it",
    ),
    Bite(
        "headers that are given straight are hidden",
        "headers = hidden(headers)\n",
        "pass\n",
        "faults/test_secret_frames",
        "given_straight_and_cannot_be_sent",
    ),
    Bite(
        "a function for tokens is hidden",
        "        return SecretFunction(value)\n    return value",
        "        return value\n    return value",
        "faults/test_secret_frames",
        "test_a_function_that_holds_the_token",
    ),
    Bite(
        "what a proxy is authorised by is secret too",
        "*header_secrets(self.proxy_headers), ",
        "",
        "faults/test_secrets",
        "test_a_proxys_password_is_shown_nowhere",
    ),
    Bite(
        "a secret may be written with escapes",
        "return re.sub(_ESCAPED, _letter, text.replace('\\\\', ''))",
        "return text",
        "faults/test_secrets",
        "503-escapes",
    ),
    Bite(
        "a traceback has no identifier that may be a token",
        "del model, problem\n            raise error",
        "raise error",
        "faults/test_secrets",
        "test_an_identifier_that_repeats_a_token",
    ),
    Bite(
        "a missing key costs no copy of the body",
        "json_bounds.has_many_items(json_str)",
        "False",
        "unit/test_json_bounds",
        "three_times_the_limit",
    ),
    Bite(
        "no error is too deep for a pickle",
        "from_json(raw.removeprefix(b'\\xef\\xbb\\xbf'))",
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


@cache
def normalised() -> dict[str, str]:
    """Read the modules of the package, each as ``ast.unparse`` writes it."""
    modules = sorted((ROOT / "quantcdn").rglob("*.py"))
    return {str(module.relative_to(ROOT)): ast.unparse(ast.parse(module.read_text())) for module in modules}


def found(bite: Bite) -> list[str]:
    """Name the module that a guard is in, once for each place."""
    return [module for module, text in normalised().items() for _ in range(text.count(bite.old))]


def bitten(bite: Bite) -> str:
    """Take a guard out; returns "" if its tests notice, else what is wrong."""
    modules = found(bite)
    if len(modules) != 1:
        return f"found {len(modules)} times: {bite.old!r}"
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(folder)
        (tree / modules[0]).write_text(normalised()[modules[0]].replace(bite.old, bite.new))
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
