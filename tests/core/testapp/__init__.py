"""What exists only in the test suite: models to try core's abstract ones on, and its own `flush`."""
