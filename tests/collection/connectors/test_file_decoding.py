"""UTF-8 in which there is nothing to change passes as it is: the same, byte for byte, as if it had been translated."""

from hypothesis import given
from hypothesis import strategies as st

from apps.collection.connectors.file.choices import Encoding
from apps.collection.connectors.file.decoding import _translated, decoded
from apps.collection.connectors.file.unpacking import Piece

ODDITIES = st.sampled_from(
    [
        b"a",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        "é".encode(),
        "€".encode(),
        "😀".encode(),
        b"\xff",
        b"\xe2\x82",
        b"\xef\xbb\xbf",
    ]
)
CONTENT = st.one_of(st.lists(ODDITIES, max_size=30).map(b"".join), st.binary(max_size=60))


@given(content=CONTENT, size=st.integers(1, 9))
def test_what_needs_no_translation_is_the_same_without(content, size):
    pieces = [Piece(content[start : start + size], start) for start in range(0, len(content), size)]

    assert b"".join(piece.data for piece in decoded(pieces, Encoding.UTF_8)) == b"".join(
        piece.data for piece in _translated(pieces, "utf-8-sig")
    )


@given(content=CONTENT, size=st.integers(1, 9))
def test_no_piece_cuts_a_character(content, size):
    pieces = [Piece(content[start : start + size], start) for start in range(0, len(content), size)]

    for piece in decoded(pieces, Encoding.UTF_8):
        piece.data.decode()
