"""The addresses of a host race for a connection (RFC 8305)."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import pytest

from quantcdn._transport import racing
from quantcdn._transport.racing import DEAD_FOR, Address, DeadAddresses, Race, in_turns
from test.faults.test_connecting import resolving
from test.helpers.failures import calling
from test.helpers.ports import black_hole, dead_port
from test.helpers.server import ScriptedServer, answer, then_close

GOOD = answer(200, {"tools": ["get_weather"], "count": 1})
V4, V6 = socket.AF_INET, socket.AF_INET6


def address(place: tuple[str, int]) -> Address:
    return Address(V6 if ":" in place[0] else V4, place)


def raced(*places: tuple[str, int], seconds: float = 5.0) -> tuple[socket.socket, Race, float]:
    """Connect; returns the socket, the race and the seconds that it took."""
    started = time.monotonic()
    race = Race(socket.socket, lambda: started + seconds - time.monotonic())
    return race.run([address(place) for place in places]), race, time.monotonic() - started


def test_the_families_take_turns() -> None:
    six, four = [Address(V6, ("::1", n)) for n in range(3)], [Address(V4, ("127.0.0.1", n)) for n in range(2)]
    assert in_turns([*six, *four]) == [six[0], four[0], six[1], four[1], six[2]]
    assert in_turns([*four, *six]) == [four[0], six[0], four[1], six[1], six[2]]
    assert in_turns([]) == []


def test_a_dead_address_comes_last_for_a_while() -> None:
    dead = DeadAddresses()
    one, two, three = (Address(V4, (f"127.0.0.{n}", 1)) for n in (1, 2, 3))
    dead.add(one, 100.0)
    assert dead.last([one, two, three], 101.0) == [two, three, one]
    assert dead.last([one, two, three], 100.0 + DEAD_FOR) == [one, two, three]
    dead.add(two, 100.0)
    assert dead.last([one, two], 101.0) == [one, two]
    for port in range(10_000):
        dead.add(Address(V4, ("127.0.0.1", port)), 0.0)
    assert len(dead._until) <= 256


# Fails if an address that never answers is waited for alone.
def test_the_next_address_is_tried_after_a_quarter_of_a_second() -> None:
    with black_hole("127.0.0.2") as hole, ScriptedServer(GOOD) as server:
        sock, race, seconds = raced(("127.0.0.2", hole), ("127.0.0.1", server.port))
        with sock:
            assert sock.getpeername() == ("127.0.0.1", server.port)
        assert 0.2 < seconds < 0.75
        assert [lost.place[0] for lost in race.lost] == ["127.0.0.2"]


# Fails if the delay is kept though there is nothing to wait for.
def test_the_next_address_is_tried_at_once_after_a_refusal() -> None:
    with ExitStack() as stack, ScriptedServer(GOOD) as server:
        refusing = [("127.0.0.1", stack.enter_context(dead_port())) for _ in range(4)]
        sock, race, seconds = raced(*refusing, ("127.0.0.1", server.port))
        sock.close()
        assert seconds < 0.8  # with four delays it would be a second
        assert len(race.lost) == 4


# Fails if an attempt is given up when the next one starts: the slower of two must still be able to win.
def test_an_address_that_is_slow_can_still_win() -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        waiting = []
        for _ in range(4):
            waiting.append(stack.enter_context(socket.socket()))
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(listener.getsockname())
        hole = stack.enter_context(black_hole("127.0.0.3"))
        started = time.monotonic()

        def remaining() -> float:
            if time.monotonic() - started > 0.2:  # the second attempt has started; let the first one in
                listener.setblocking(False)
                for _ in range(4):
                    try:
                        stack.enter_context(listener.accept()[0])
                    except BlockingIOError:
                        break
            return started + 9 - time.monotonic()

        race = Race(socket.socket, remaining)
        with race.run([address(listener.getsockname()), address(("127.0.0.3", hole))]) as sock:
            assert sock.getpeername() == listener.getsockname()
        assert race.lost == []


# Fails if the sockets of the attempts that lost stay open; pytest would tell of them too.
def test_only_the_winner_s_socket_stays_open() -> None:
    made: list[socket.socket] = []

    def make(family: int) -> socket.socket:
        made.append(socket.socket(family))
        return made[-1]

    with black_hole("127.0.0.2") as hole, ScriptedServer(GOOD) as server:
        places = [("127.0.0.2", hole), ("127.0.0.1", server.port)]
        with Race(make, lambda: 5.0).run([address(place) for place in places]) as sock:
            assert [other.fileno() == -1 for other in made] == [True, False]
            assert sock is made[1]
        made.clear()
        with pytest.raises(TimeoutError):
            Race(make, iter([0.1, 0.0]).__next__).run([address(places[0])])
        assert made[0].fileno() == -1


def test_no_address_is_an_error_of_the_socket_s_own_kind() -> None:
    with pytest.raises(OSError, match="no address"):
        raced()
    with dead_port() as port, pytest.raises(ConnectionRefusedError):
        raced(("127.0.0.1", port), ("127.0.0.1", port))


# Fails if an address that was dead a moment ago is tried first again: each call would begin with the delay.
def test_a_call_remembers_which_address_was_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "ATTEMPT_DELAY", 1.0)  # which stands out on a slow machine
    with black_hole("127.0.0.2") as hole, ScriptedServer(then_close(GOOD)) as server:
        resolving(monkeypatch, ("127.0.0.2", hole), ("127.0.0.1", server.port))
        with calling("http://service.test", allow_http=True) as calls:
            seconds = []
            for _ in range(3):
                started = time.monotonic()
                assert calls.names() == ["get_weather"]
                seconds.append(time.monotonic() - started)
        assert server.connections == 3
        assert seconds[0] > 0.9 > max(seconds[1:])
