"""When to poll again, and when to give up: one execution, a batch, all that changes."""
