"""Which address of a database server is connected to: judged by the policy that holds for every call (`core.http`).

The name is resolved once, each of its addresses is judged, and the driver is given one that passed: it resolves nothing
again, so a name cannot change its answer between the check and the connection. The name itself only serves to check the
certificate.
"""

from dataclasses import dataclass, replace

from apps.collection.connectors.outbound import outbound_errors
from apps.collection.connectors.sql.exceptions import HostNotFound, PortNotOpen
from apps.core.http.calls import Call
from apps.core.http.connections import permitted, resolve
from apps.core.http.errors import TemporaryOutboundFailure
from apps.core.http.policy import Limits, Policy
from apps.core.http.urls import Site


@dataclass(frozen=True, kw_only=True)
class Address:
    """A server: the name that people gave, and the address, in figures, that may be connected to."""

    host: str
    ip: str
    port: int


def checked_address(host: str, port: int, *, usual_port: int, seconds: float) -> Address:
    """The first address of this host that may be connected to.

    The usual port of the system is open; others are where the operator opened them. Raises HostNotFound, PortNotOpen,
    AddressNotAllowed.
    """
    policy = Policy.from_settings()
    policy = replace(policy, ports=policy.ports | {usual_port})
    if port not in policy.ports:
        raise PortNotOpen(host=host, port=port)
    call = Call(Site("https", host, port), policy, Limits(connect=seconds, total=seconds))
    with outbound_errors():
        try:
            candidates = resolve(host, port, call=call)
        except TemporaryOutboundFailure:
            raise HostNotFound(host=host) from None
        _family, address = permitted(candidates, host=host, port=port, call=call)[0]
    return Address(host=host, ip=str(address[0]), port=port)
