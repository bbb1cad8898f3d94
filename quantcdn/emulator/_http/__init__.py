"""HTTP as the local service speaks it."""
