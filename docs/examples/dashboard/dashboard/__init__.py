"""A dashboard of an organisation's AI tools."""
