"""The journal: the one durable record, its writer and its questions. The only room that knows SQL."""
