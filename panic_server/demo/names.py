"""Invented names that sound like Java's north coast: words that hundreds of villages share, put together anew."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Final

CITY: Final = "Tanjung Arum"
CITY_CODE: Final = "99.71"  # No province of Indonesia has the number 99.

DISTRICTS: Final = (
    "Arum Tengah", "Arum Utara", "Arum Selatan", "Arum Barat", "Arum Timur", "Kalisoka", "Wringinpitu", "Pasirwangi",
    "Banyubiru Lor", "Gunungsekar", "Randuwangi", "Tlogomulyo", "Mejasari", "Sumberwungu", "Kedungpandan",
    "Ngaglikrejo",
)  # fmt: skip

_FIRST: Final = (
    "Karang", "Sumber", "Kali", "Wono", "Banyu", "Tirto", "Sido", "Kebon", "Mojo", "Jati", "Kedung", "Randu", "Gondang",
    "Pandan", "Tambak", "Bandar",
)  # fmt: skip
_LAST: Final = ("rejo", "sari", "mulyo", "agung", "asri", "harjo", "luhur", "anyar", "wangi", "dadi", "soka", "makmur")
_SIDES: Final = ("", " Lor", " Kidul", " Wetan", " Kulon")

_SECTORS: Final = (
    "Tanjung Arum Kota", "Pesisir Barat", "Pesisir Timur", "Kalisoka", "Lereng Selatan", "Pasirwangi", "Gunungsekar",
    "Randuwangi", "Tlogomulyo", "Wringinpitu", "Kedungpandan", "Mejasari",
)  # fmt: skip


def district_names() -> Iterator[str]:
    """As many as are asked for, none twice."""
    return (name + suffix for suffix in _numbered() for name in DISTRICTS)


def sector_names() -> Iterator[str]:
    return (f"Polsek {name}{suffix}" for suffix in _numbered() for name in _SECTORS)


def village_names(rng: Random) -> Iterator[str]:
    """In an order of the seed's choosing; plain names before those that need a side of the compass."""
    for suffix in _numbered():
        for side in _SIDES:
            names = [first + last + side + suffix for first, last in product(_FIRST, _LAST)]
            rng.shuffle(names)
            yield from names


def _numbered() -> Iterator[str]:
    yield ""
    number = 2
    while True:
        yield f" {number}"
        number += 1
