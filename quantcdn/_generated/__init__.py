"""The steps of a generated client, for endpoints that this one lacks."""
