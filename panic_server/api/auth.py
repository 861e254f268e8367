"""Who is calling: a bearer token, or the console's cookie, which counts for changes only from our own pages."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from panic_server.people import Principal, Role
from panic_server.services import Services
from panic_server.wire.problems import CROSS_ORIGIN, ROLE_NOT_ALLOWED, TOKEN_MISSING, TOKEN_UNKNOWN, Refusal

COOKIE: Final = "kentongan_session"

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def identify(request: Request, roles: Collection[Role] | None = None) -> Principal:
    """The person behind the token, who has one of the roles if any are given. Raises Refusal, JournalUnavailable."""
    services: Services = request.app.state.services
    token = bearer_token(request.headers)
    if token is None:
        token = request.cookies.get(COOKIE)
        if token is None:
            raise Refusal(TOKEN_MISSING)
        if request.method not in _SAFE_METHODS and not is_from_our_page(request.headers, services.settings.public_url):
            raise Refusal(CROSS_ORIGIN)
    principal = await services.accounts.principal(token)
    if principal is None:
        raise Refusal(TOKEN_UNKNOWN)
    if roles is not None and principal.role not in roles:
        raise Refusal(ROLE_NOT_ALLOWED)
    return principal


def bearer_token(headers: Headers) -> str | None:
    """An Authorization header of another scheme counts as none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def is_from_our_page(headers: Headers, public_url: str | None) -> bool:
    """A browser says where a request comes from, and no page can make it lie; without its word it is not ours.

    The origin is compared with the host that was asked, and with the public address since a proxy may change the host.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return bool(host) and (host == headers.get("host", "").lower() or origin == (public_url or "").rstrip("/"))
