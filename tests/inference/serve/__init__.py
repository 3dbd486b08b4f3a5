"""Serving: rows checked, answered, written down."""
