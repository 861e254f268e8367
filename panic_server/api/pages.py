"""The built screens, held in memory: what is not a file of the build cannot be asked for."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

BUILT: Final = Path(__file__).parents[1] / "static"

# Nothing from outside, nothing inline; MapLibre draws into blobs and runs its worker from one.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data: blob:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "font-src 'self'; "
    "manifest-src 'self'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)

_PAGES: Final = {
    "/": "index.html",
    "/console": "console.html",
    "/officer": "officer.html",
    "/representative": "representative.html",
}
# The build puts a hash of the content into these names, so they never change.
_HASHED: Final = "assets"
_COMPRESSIBLE: Final = ("text/", "application/json", "application/manifest+json", "image/svg")
_TYPES: Final = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".mjs": "text/javascript"}

_NOT_BUILT: Final = Response(
    "<!doctype html><html lang=en><meta charset=utf-8><title>Kentongan</title>"
    "<h1>The screens are not built yet</h1><p>Run <code>./dev setup</code> and start the server again.</p>",
    503,
    {"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    "text/html",
)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    compressed: bytes | None
    media_type: str
    etag: str
    cache_control: str


def page_routes(folder: Path = BUILT) -> list[BaseRoute]:
    """One route for each page and file of the build; without a build the pages say how to make one."""
    found = {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    pages = {address: folder / name for address, name in _PAGES.items()}
    return [_route(address, path) for address, path in sorted((found | pages).items())]


def _route(address: str, path: Path) -> Route:
    file = _load(path, path.stat().st_mtime_ns) if path.is_file() else None

    async def show(request: Request) -> Response:
        return _NOT_BUILT if file is None else _answer(request, file)

    return Route(address, show, methods=["GET"])


def _answer(request: Request, file: _File) -> Response:
    headers = {
        "ETag": file.etag,
        "Cache-Control": file.cache_control,
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    }
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, 200, {**headers, "Content-Encoding": "gzip"}, file.media_type)
    return Response(file.content, 200, headers, file.media_type)


@cache
def _load(path: Path, _changed_ns: int) -> _File:
    """Read and compressed once, also for several servers in one process."""
    content = path.read_bytes()
    is_hashed = path.parent.name == _HASHED
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressed = gzip.compress(content, 6, mtime=0) if media_type.startswith(_COMPRESSIBLE) else None
    return _File(
        content=content,
        compressed=compressed,
        media_type=media_type,
        etag=f'W/"{hashlib.sha256(content).hexdigest()[:16]}"',
        cache_control="public, max-age=31536000, immutable" if is_hashed else "no-cache",
    )
