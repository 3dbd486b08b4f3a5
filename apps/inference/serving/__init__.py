"""Asking the versions that are deployed: rows checked, answered, written down, whatever the door they came by."""
