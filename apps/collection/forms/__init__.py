"""The forms of the collection."""
