"""Between the processes of one city: in memory, or over Redis Streams."""
