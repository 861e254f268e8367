"""Where things are: positions, areas, the geofence and who is nearest. Pure: it reads no file, no clock and no network."""
