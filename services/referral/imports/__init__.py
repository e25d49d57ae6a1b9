"""Import files: read, checked against what is recorded, kept until they are confirmed, recorded, and undone.

A library to the use cases: it knows neither HTTP nor Kafka.
"""
