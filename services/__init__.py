"""The four bounded contexts; they know of one another only what `shared.events` says."""
