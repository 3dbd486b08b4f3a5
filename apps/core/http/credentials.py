"""Keys and passwords, each bound to the site it was given for: no redirection, no "next" link carries it away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from requests.auth import AuthBase

from apps.core.http.urls import Site


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What one site asks to know who calls: headers, parameters of the query, or a way to sign requests."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: AuthBase | tuple[str, str] | None = field(default=None, repr=False)


NOTHING = Credentials()


class Keyring:
    """The credentials of a session, by site."""

    def __init__(self) -> None:
        self._by_site: dict[Site, Credentials] = {}

    def add(self, site: Site, credentials: Credentials) -> None:
        self._by_site[site] = credentials

    def find(self, site: Site) -> Credentials:
        """What may be shown to this site."""
        for owner, credentials in self._by_site.items():
            if owner.shares_with(site):
                return credentials
        return NOTHING

    def headers(self, site: Site) -> Mapping[str, str]:
        return self.find(site).headers

    def strip(self, url: str) -> str:
        """The URL without our own keys, which a site may echo in the query of where it redirects."""
        secrets = {value for credentials in self._by_site.values() for value in credentials.params.values()}
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in query if value not in secrets]
        return url if len(kept) == len(query) else parts._replace(query=urlencode(kept)).geturl()
