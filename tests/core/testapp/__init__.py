"""Models that exist only in the test suite: what core's abstract models need to be tried on."""
