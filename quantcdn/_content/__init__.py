"""What a result links or holds, and of which kind it is."""
