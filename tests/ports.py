"""Ports for the servers that tests start as programs, which want to be told one."""

import random
import socket
from contextlib import suppress

import pytest


def free_port() -> int:
    """A port that stays free until it is used: not one of those that the kernel gives to whoever asks for any."""
    for port in random.SystemRandom().sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail("No port is free on 127.0.0.1.")
