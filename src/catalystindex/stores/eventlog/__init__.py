"""The event log: ordered, partitioned, replayable events; positions; dead letters."""
