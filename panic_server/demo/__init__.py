"""A living demo city: an invented place with sea, river, neighbourhoods, patrols and a trickle of alarms."""
