"""What a configuration reads and sets beside itself: the environment and the logger."""
