"""All that knows urllib3: pools, connections, responses and their errors."""
