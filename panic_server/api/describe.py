"""What the OpenAPI document says of an endpoint, put together from the wire shapes and the kinds of problems."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from panic_server.people import Role
from panic_server.wire import problems, shapes
from panic_server.wire.problems import ProblemKind
from panic_server.wire.schema import Json, query_parameters, reference

EVERYBODY: Final = frozenset(Role)

_OF_BODIES: Final = (
    problems.JSON_MALFORMED,
    problems.BODY_TOO_DEEP,
    problems.BODY_TOO_SLOW,
    problems.BODY_TOO_LARGE,
    problems.CONTENT_TYPE,
    problems.CONTENT_ENCODING,
    problems.BODY_INVALID,
)
_OF_TOKENS: Final = (
    problems.TOKEN_MISSING,
    problems.TOKEN_UNKNOWN,
    problems.CROSS_ORIGIN,
    problems.JOURNAL_UNAVAILABLE,
)


_IF_MATCH: Final[Json] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The incident's version, as number or ETag: when it has changed since, nothing is done",
    "schema": {"type": "string", "pattern": r'^(?:\*|[0-9]{1,9}|"[0-9]{1,9}")$'},
}


def resource(name: str) -> APIRouter:
    """A room for the endpoints of one kind; each is known by its function's name."""
    return APIRouter(tags=[name], generate_unique_id_function=lambda route: route.name)


def described(
    *,
    gives: type[msgspec.Struct] | None,
    status: int = 200,
    takes: type[msgspec.Struct] | None = None,
    may_be_empty: bool = False,
    asks: type[msgspec.Struct] | None = None,
    may: Collection[Role] = EVERYBODY,
    if_match: bool = False,
    refuses: Iterable[ProblemKind] = (),
) -> dict[str, Any]:
    """Arguments for a FastAPI route.

    `takes` is the body's shape, which `may_be_empty`, `asks` the query's; `may` has the roles, none of them when no
    token is needed.
    """
    extra: Json = {"security": []} if not may else {}
    if takes is not None:
        extra["requestBody"] = {
            "required": not may_be_empty,
            "content": {"application/json": {"schema": reference(takes)}},
        }
    if asks is not None:
        extra["parameters"] = query_parameters(asks)
    if if_match:
        extra["parameters"] = [_IF_MATCH]
        refuses = (*refuses, problems.VERSION_CONFLICT, problems.IF_MATCH_INVALID)
    kinds = [*(_OF_BODIES if takes else ()), *((problems.QUERY_INVALID,) if asks else ()), *refuses]
    kinds += _OF_TOKENS if may else ()
    kinds += (problems.ROLE_NOT_ALLOWED,) if may and len(may) < len(EVERYBODY) else ()
    good: Json = {"description": "Done" if gives is None else gives.__name__}
    if gives is not None:
        good["content"] = {"application/json": {"schema": reference(gives)}}
    return {
        "response_model": None,
        "response_class": Response,
        "status_code": status,
        "responses": {status: good, **problem_responses(kinds)},
        "openapi_extra": extra,
    }


def problem_responses(kinds: Iterable[ProblemKind]) -> dict[int, Json]:
    """By status, with the codes that it may carry."""
    by_status: dict[int, list[ProblemKind]] = {}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(kind.status, []).append(kind)
    content = {problems.MEDIA_TYPE: {"schema": reference(shapes.Problem)}}
    return {
        status: {"description": "; ".join(f"`{kind.code}`: {kind.title}" for kind in same), "content": content}
        for status, same in sorted(by_status.items())
    }


class PlainRoute(Route):
    """A Starlette route, for what must be quick, that is described all the same."""

    def __init__(
        self, path: str, endpoint: Callable[[Request], Awaitable[Response]], *, method: str, about: dict[str, Any]
    ) -> None:
        super().__init__(path, endpoint, methods=[method])
        summary, _, text = (endpoint.__doc__ or "").partition("\n")
        self.method = method.lower()
        self.plain = endpoint
        self.operation: Json = {
            "summary": summary,
            "operationId": self.name,
            **({"description": text.strip()} if text.strip() else {}),
            **about["openapi_extra"],
            "responses": {str(status): response for status, response in about["responses"].items()},
        }
