"""HMAC-SHA-256 (RFC 2104) as expressions: neither engine has it, both have SHA-256.

    HMAC(K, m) = H((K ⊕ opad) ‖ H((K ⊕ ipad) ‖ m))

The two padded keys come from a table of one row that is made apart: what is compiled never holds the key, so that the
SQL that is kept and shown says how pseudonyms are made, and nothing of what they are made with.
"""

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

# What `Scope.others` calls that table, and its columns: hexadecimal digits.
PADS = "key:pseudonyms"
INNER = "pseudonym__inner"
OUTER = "pseudonym__outer"
BLOCK = hashlib.sha256().block_size


def key_of(dataset: str, *, secret: str) -> bytes:
    """The key of this dataset, from the secret of the instance: what one dataset says cannot be linked to another's."""
    return hmac.digest(secret.encode(), f"pseudonyms:{dataset}".encode(), "sha256")


def pads(key: bytes) -> dict[str, str]:
    """The row of the table for this key. It is as secret as the key."""
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    block = key.ljust(BLOCK, b"\0")
    return {INNER: bytes(each ^ 0x36 for each in block).hex(), OUTER: bytes(each ^ 0x5C for each in block).hex()}


def pads_table(name: str) -> "ir.Table":
    import ibis

    return ibis.table({INNER: "string", OUTER: "string"}, name=name)


def pseudonym(text: "ir.StringValue", inner: "ir.StringValue", outer: "ir.StringValue") -> "ir.StringValue":
    """The 64 hexadecimal digits of the HMAC of this text in UTF-8, the padded keys being given."""
    return _sha256(outer.concat(_sha256(inner.concat(_hex(text)))))


def _sha256(digits: "ir.StringValue") -> "ir.StringValue":
    """Of the bytes that these hexadecimal digits write, in hexadecimal digits."""
    import ibis.expr.operations as ops

    digest: ir.StringValue = ops.HexDigest(_unhex(digits), how="sha256").to_expr()
    return digest


def _hex(text: "ir.StringValue") -> "ir.StringValue":
    return _function("hex", text, "string")


def _unhex(digits: "ir.StringValue") -> "ir.BinaryValue":
    return _function("unhex", digits, "binary")


def _function(name: str, text: "ir.StringValue", kind: str) -> Any:
    """A function that both engines call so, and that Ibis does not know."""
    return _builtin(name, kind)(text)


@cache
def _builtin(name: str, kind: str) -> Any:
    import ibis

    def function(text: Any) -> Any:
        """Run by the engine."""

    return ibis.udf.scalar.builtin(function, name=name, signature=(("string",), kind))
