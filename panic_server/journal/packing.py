"""A long JSON text in a fifth of its length, and back, word for word."""

import zlib
from base64 import b85decode, b85encode
from typing import Final

_SIGN: Final = "z"
"""No JSON text begins with it."""


def packed(text: str) -> str:
    return _SIGN + b85encode(zlib.compress(text.encode())).decode()


def is_packed(text: str) -> bool:
    return text.startswith(_SIGN)


def unpacked(text: str) -> str:
    """As it was, also of what never was packed."""
    return zlib.decompress(b85decode(text[len(_SIGN) :])).decode() if is_packed(text) else text
