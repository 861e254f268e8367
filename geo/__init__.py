"""Where things are: positions, areas, the geofence and who is nearest. Pure: no clock, no I/O, no randomness."""
