"""What may go wrong between the client and the service, on real sockets."""
