"""How credentials are written."""

from base64 import b64encode


def basic(name: str, password: str) -> str:
    """RFC 7617, in UTF-8: the libraries write Latin-1, which has no word for many a password."""
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()
