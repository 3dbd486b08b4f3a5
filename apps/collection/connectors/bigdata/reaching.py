"""Opening a connection to a server that does not speak HTTP, under the policy of all that leaves Écluse.

The name is resolved once, each of its addresses is judged, and the connection is opened here, to one that passed, by
its number: the driver is given an open socket and never a name, so nothing is resolved again in between (DNS
rebinding). The name itself is what the certificate must bear.
"""

import socket
import ssl
from contextlib import suppress
from functools import lru_cache
from time import monotonic

import certifi

from apps.collection.connectors.outbound import SiteNotTrusted, SiteOutOfReach, outbound_errors
from apps.core.http.calls import Call
from apps.core.http.connections import permitted, resolve
from apps.core.http.policy import Limits, Policy
from apps.core.http.urls import Site


def open_socket(host: str, port: int, *, tls: bool, patience: float) -> socket.socket:
    """A connected socket, its handshake done if `tls`, whose waits last `patience` seconds at most.

    Raises AddressNotAllowed, AddressNotUsable, SiteNotTrusted, SiteOutOfReach or SiteTooSlow.
    """
    policy = Policy.from_settings()
    limits = Limits(connect=min(patience, Limits.from_settings().connect), total=patience)
    call = Call(Site("tcp", host, port), policy, limits)
    with outbound_errors():
        candidates = permitted(resolve(host, port, call=call), host=host, port=port, call=call)
    until = monotonic() + limits.connect
    for family, address in candidates:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(0.1, until - monotonic()))
            connection.connect(address)
            if tls:
                connection = _tls_context(policy.ca_bundle).wrap_socket(connection, server_hostname=host)
            connection.settimeout(patience)
        except ssl.SSLCertVerificationError:
            connection.close()
            raise SiteNotTrusted(host=host) from None
        except OSError:
            with suppress(OSError):
                connection.close()
        else:
            return connection
    raise SiteOutOfReach(host=host)


@lru_cache
def _tls_context(ca_bundle: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_bundle or certifi.where())
