"""What changes on stderr while a command waits."""
