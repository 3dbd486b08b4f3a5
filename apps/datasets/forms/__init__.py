"""The forms of the datasets' pages."""
