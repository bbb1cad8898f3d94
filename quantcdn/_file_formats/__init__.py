"""Data URIs, and the kind of a file by its first bytes: functions from bytes to values."""
