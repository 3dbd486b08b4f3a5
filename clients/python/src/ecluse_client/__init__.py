"""A client of the API of Écluse: `Ecluse`, and everything else in `ecluse_client.generated`."""

from ecluse_client.errors import Refused
from ecluse_client.session import Ecluse
from ecluse_client.tokens import RenewedToken, RenewingToken

__all__ = ["Ecluse", "Refused", "RenewedToken", "RenewingToken"]
