"""Signing a browser in with a code that works once, and out again."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from panic_server.api.answers import answer
from panic_server.api.auth import COOKIE, bearer_token, is_from_our_page
from panic_server.api.describe import described, resource
from panic_server.api.inputs import Kentongan, body
from panic_server.journal.port import DutyOrder
from panic_server.people import CONSOLE_ROLES, Role
from panic_server.services import Services
from panic_server.wire import shapes
from panic_server.wire.problems import CODE_UNKNOWN, CROSS_ORIGIN, JOURNAL_UNAVAILABLE, Refusal

routes = resource("session")


@routes.post(
    "/v1/session",
    **described(
        gives=shapes.Session,
        status=201,
        takes=shapes.SessionRequest,
        may=(),
        refuses=(CODE_UNKNOWN, CROSS_ORIGIN, JOURNAL_UNAVAILABLE),
    ),
)
async def sign_in(
    request: Request, wish: Annotated[shapes.SessionRequest, body(shapes.SessionRequest)], services: Kentongan
) -> Response:
    """A code for a token. Operators get theirs as a cookie that scripts cannot read."""
    # Another site's page must not sign a browser in as somebody else; programs that are no browsers send neither.
    is_browser = "origin" in request.headers or "sec-fetch-site" in request.headers
    if is_browser and not is_from_our_page(request.headers, services.settings.public_url):
        raise Refusal(CROSS_ORIGIN)
    exchanged = await services.accounts.exchange(wish.code)
    if exchanged is None:
        raise Refusal(CODE_UNKNOWN)
    person, token = exchanged
    is_console = person.role in CONSOLE_ROLES
    response = answer(shapes.Session(person.subject, person.role.value, None if is_console else token), status=201)
    if is_console:
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=_is_https(services))
    return response


@routes.delete(
    "/v1/session",
    **described(gives=None, status=204, may=(), refuses=(CROSS_ORIGIN, JOURNAL_UNAVAILABLE)),
)
async def sign_out(request: Request, services: Kentongan) -> Response:
    """The token is worth nothing any more. Without one there is nothing to do."""
    token = bearer_token(request.headers)
    if token is None and COOKIE in request.cookies:
        if not is_from_our_page(request.headers, services.settings.public_url):
            raise Refusal(CROSS_ORIGIN)
        token = request.cookies[COOKIE]
    person = None if token is None else await services.accounts.principal(token)
    if token is not None and person is not None:
        if person.role is Role.OFFICER:
            # Whoever cannot answer any more is not to be asked.
            await services.writer.submit(DutyOrder(person, on_duty=False))
        await services.accounts.revoke(token)
        await services.hub.check_rights()
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_is_https(services))
    return response


def _is_https(services: Services) -> bool:
    return (services.settings.public_url or "").startswith("https://")
