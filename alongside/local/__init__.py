"""The local stack: PostgreSQL, Apache Kafka, a token issuer and the services, run as processes on this machine."""
