"""What the doctor looks at: the token, and the way to the service."""
