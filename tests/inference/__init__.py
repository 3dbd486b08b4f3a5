"""Models, from their declaration to what they answer."""
