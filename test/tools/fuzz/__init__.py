"""Fuzzing of whole responses: a hostile service on real sockets, and what must hold after each of its responses."""
