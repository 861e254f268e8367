"""What must happen: decisions about incidents. Pure: no I/O, no clock, no randomness."""
