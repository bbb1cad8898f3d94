"""Data URIs, the kind of a file by its first bytes, and how much JSON costs: functions from bytes to values."""
