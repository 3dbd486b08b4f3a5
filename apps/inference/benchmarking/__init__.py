"""Comparing services for a need: the same cases asked of all, measured, judged, reported."""
