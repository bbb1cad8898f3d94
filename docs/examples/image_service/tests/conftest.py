"""The fixtures of the local service."""

pytest_plugins = ["quantcdn.testing"]
