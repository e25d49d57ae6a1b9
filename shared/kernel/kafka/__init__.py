"""Kafka: publishing, subscribing, topics, and reading what lies in them."""
