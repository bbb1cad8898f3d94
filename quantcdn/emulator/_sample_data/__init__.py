"""What the local service has before anything is added."""
