"""What the doctor examines: the token, and the connection to the service."""
