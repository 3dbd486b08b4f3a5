"""A bucket of a storage that speaks S3. Requests are signed by botocore and sent by the guarded session, so that the
address of a storage is judged as any other: botocore's own client would call whatever it is told to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from requests import PreparedRequest
from requests.auth import AuthBase

from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.exceptions import FileChanged, TooManyFiles
from apps.collection.connectors.file.fetching import first_bytes, get_listing, receive
from apps.collection.connectors.file.origins.base import Fetched, FoundFile, incoming
from apps.collection.connectors.file.patterns import Pattern
from apps.collection.connectors.outbound import NothingThere, SiteOutOfReach
from apps.core.http.urls import Site

if TYPE_CHECKING:
    from lxml.etree import _Element

# Files that are listed, matching or not: a thousand for each request.
_MAX_LISTED, _PAGE = 1_000_000, 1_000
# Where nothing else is said: storages other than Amazon's mostly take it.
_SERVICE, _REGION = "s3", "us-east-1"


class Bucket:
    def __init__(self, config: FileConfig) -> None:
        self._config = config
        self._url = f"{(config.endpoint or '').rstrip('/')}/{config.bucket}"
        self._matches = Pattern(config.wanted_files)
        self._signature = Signature(config) if config.access_key and config.secret_key else None

    def files(self) -> Iterator[FoundFile]:
        """Those that match, in the order in which the storage lists them, which is that of their names."""
        prefix, listed, following = self._config.prefix or "", 0, ""
        while True:
            page = self._page(following)
            # Asked to, most storages write names as addresses do, so that XML can hold them all.
            is_quoted = page.findtext("{*}EncodingType") == "url"
            for each in page.iterfind("{*}Contents"):
                listed += 1
                name = each.findtext("{*}Key", "")
                name = unquote(name) if is_quoted else name
                # A name that ends so is how consoles show an empty folder.
                if not name.endswith("/") and self._matches(name.removeprefix(prefix)) and _can_be_asked_for(name):
                    etag = each.findtext("{*}ETag", "").strip('"')
                    yield FoundFile(name=name, fingerprint=etag, size=int(each.findtext("{*}Size", "0")))
            if listed > _MAX_LISTED:
                raise TooManyFiles(limit=_MAX_LISTED)
            following = page.findtext("{*}NextContinuationToken", "")
            if page.findtext("{*}IsTruncated") != "true" or not following:
                return

    def beginning(self, found: FoundFile, *, size: int) -> bytes:
        return first_bytes(self._address(found), size=size, auth=self._signature)

    @contextmanager
    def fetched(self, found: FoundFile) -> Iterator[Fetched]:
        with incoming() as directory:
            path = directory / "file"
            try:
                validator = receive(self._address(found), path, auth=self._signature)
            except NothingThere:
                raise FileChanged(name=found.name) from None
            # Without one, the storage says nothing of the version that it sends (it decompresses it, most likely).
            if validator and validator.strip('"') != found.fingerprint:
                raise FileChanged(name=found.name)
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            yield Fetched(path=path, digest=digest)

    def _address(self, found: FoundFile) -> str:
        return f"{self._url}/{quote(found.name, safe='/-_.~')}"

    def _page(self, following: str) -> "_Element":
        asked = {"encoding-type": "url", "list-type": "2", "max-keys": str(_PAGE), "prefix": self._config.prefix or ""}
        if following:
            asked["continuation-token"] = following
        listing = get_listing(f"{self._url}?{urlencode(sorted(asked.items()), quote_via=quote)}", auth=self._signature)
        return _parsed(listing, host=Site.of(self._url).host)


class Signature(AuthBase):
    """Signs a request as AWS and those that follow it do (SigV4), each time that it leaves."""

    def __init__(self, config: FileConfig) -> None:
        from botocore.auth import S3SigV4Auth
        from botocore.credentials import Credentials

        secret = config.secret_key.get_secret_value() if config.secret_key else ""
        self._signer: Any = S3SigV4Auth(Credentials(config.access_key, secret), _SERVICE, config.region or _REGION)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        from botocore.awsrequest import AWSRequest

        signed = AWSRequest(method=request.method, url=request.url)
        self._signer.add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        return request


def _can_be_asked_for(name: str) -> bool:
    """Whether an address can hold it: clients and proxies take dots between slashes for folders, and resolve them."""
    return name.isprintable() and not {".", ".."} & set(name.split("/"))


def _parsed(listing: bytes, *, host: str) -> "_Element":
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(listing, parser)
    except etree.XMLSyntaxError:
        raise SiteOutOfReach(host=host) from None
