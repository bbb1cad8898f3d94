"""From a chat response to its executions, and from their results to the next request."""
