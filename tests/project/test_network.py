"""The guard of the suite itself: a test that reaches for the network fails."""

import socket

import pytest

Refused = pytest.fail.Exception


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "169.254.169.254"])
def test_a_connection_beyond_loopback_fails_the_test(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    with socket.socket(family) as client, pytest.raises(Refused, match="reached for the network"):
        client.connect((address, 80))


def test_looking_up_a_name_fails_the_test():
    with pytest.raises(Refused, match="asked the network"):
        socket.getaddrinfo("ecluse.example", 80)


def test_loopback_is_allowed():
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()

        client.connect(server.getsockname())
