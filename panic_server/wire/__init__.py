"""The versioned shapes that clients see, and how they are read."""
