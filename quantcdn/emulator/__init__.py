"""The service, small and local: for tests, for demonstrations and for work without a network."""

from quantcdn.emulator._clock import Clock, ManualClock
from quantcdn.emulator._emulator import Emulator
from quantcdn.emulator._faults import Fault
from quantcdn.emulator._http.request import RecordedRequest

__all__ = ["Clock", "Emulator", "Fault", "ManualClock", "RecordedRequest"]
