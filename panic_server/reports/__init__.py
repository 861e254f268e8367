"""What the city learns from its incidents: figures for a period, computed from rows."""
