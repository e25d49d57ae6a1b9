"""The local stack: PostgreSQL, Apache Kafka, a token issuer and the services as real processes of this machine."""
