"""Pushes to phones: the outbox's port, the relay that empties it, and FCM behind a sender in its own process."""
