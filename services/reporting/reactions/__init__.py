"""What reporting does with the other services' public events."""
