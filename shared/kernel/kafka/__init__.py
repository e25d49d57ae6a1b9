"""Kafka: publisher, subscription, topics, the messages in them, and the lag of a group."""
