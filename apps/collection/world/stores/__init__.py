"""The story as five systems of the town hall keep it. Each module writes one store, and tells its faults."""
