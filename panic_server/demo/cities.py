"""The demo's map: generated from a seed, or real borders from a folder."""

from pathlib import Path
from typing import Final

from geo.geojson import File, write_map
from panic_server.demo.city import generate_city

_SUFFIXES: Final = frozenset({".geojson", ".json"})


def generated(seed: int, rt: int) -> list[File]:
    """One file to import. Raises ValueError for too few RT."""
    city = generate_city(seed, rt)
    return [(f"seed {seed}, {rt} RT", write_map(city.areas, city.sectors))]


def from_folder(folder: Path) -> list[File]:
    """Every GeoJSON file in it, not in folders below. Raises OSError; ValueError when there is none."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise ValueError(f"There is no .geojson file in {folder}.")
    return [(path.name, path.read_bytes()) for path in paths]
