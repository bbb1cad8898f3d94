"""What the local service keeps of what it is told."""

from __future__ import annotations

from quantcdn.emulator import Emulator, ManualClock


# Fails if the local service, which does not look through thousands of records for each request, looks too seldom.
def test_the_local_service_forgets_each_record_on_time_however_often_it_is_asked() -> None:
    clock = ManualClock()
    with Emulator(clock=clock) as service:
        records = service._backend.state.records
        left = []
        for hour in range(60):
            if hour in (0, 6, 12):
                service.start_execution("calculate")
            if hour == 9:
                service.start_orchestration(["calculate"])
            records.drop_expired(clock.now())
            left.append(len(records.executions) + len(records.orchestrations))
            clock.advance(3_600)
    assert left == [1] * 6 + [2] * 3 + [4] * 3 + [5] * 12 + [4] * 6 + [3] * 3 + [1] * 3 + [0] * 24
