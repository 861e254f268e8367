"""What endpoints ask for in their signatures: the services, the caller, a body, a query, a version."""

import re
from collections.abc import Collection
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import Depends, Path, Request

from panic_server.api.auth import identify
from panic_server.people import CONSOLE_ROLES, Principal, Role
from panic_server.services import Services
from panic_server.wire.problems import IF_MATCH_INVALID, QUERY_INVALID, Refusal
from panic_server.wire.read import decode_exactly, field_of, read_body

T = TypeVar("T")
Q = TypeVar("Q", bound=msgspec.Struct)

OFFICERS: Final = frozenset({Role.OFFICER})
REPRESENTATIVES: Final = frozenset({Role.REPRESENTATIVE})
READERS: Final = frozenset(Role) - {Role.RESIDENT}
"""Those who may look at incidents, each in their view."""

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _caller(roles: Collection[Role] | None) -> Any:
    async def caller(request: Request) -> Principal:
        return await identify(request, roles)

    return Depends(caller)


Kentongan = Annotated[Services, Depends(_services)]
Anybody = Annotated[Principal, _caller(None)]
ConsoleUser = Annotated[Principal, _caller(CONSOLE_ROLES)]
OfficerCaller = Annotated[Principal, _caller(OFFICERS)]
RepresentativeCaller = Annotated[Principal, _caller(REPRESENTATIVES)]
ReaderCaller = Annotated[Principal, _caller(READERS)]


def body(shape: type[T], *, may_be_empty: bool = False) -> Any:
    """For `Annotated[shape, body(shape)]`. Stands behind the caller, so that only the known are read on.

    An empty body that may be one is read as `{}`.
    """
    decoder = msgspec.json.Decoder(shape)

    async def read(request: Request) -> T:
        raw = await read_body(request.headers, request.receive)
        return decode_exactly(raw if raw or not may_be_empty else b"{}", decoder)

    return Depends(read)


def query(shape: type[Q]) -> Any:
    """For `Annotated[shape, query(shape)]`; of a repeated parameter the last one counts."""

    async def read(request: Request) -> Q:
        sent = dict(request.query_params)
        try:
            found = msgspec.convert(sent, shape, strict=False)
        except msgspec.ValidationError as error:
            raise Refusal(QUERY_INVALID, field_of(str(error))) from None
        # msgspec reads the word null as nothing; in a query nothing is said by leaving the parameter out.
        for name, sent_as in zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True):
            if sent_as in sent and getattr(found, name) is None:
                raise Refusal(QUERY_INVALID, f"The field {sent_as} is missing or not what is expected")
        return found

    return Depends(read)


# Versions count an incident's events: nine digits are more than it can ever have.
_VERSION: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})')


async def _expected_version(request: Request) -> int | None:
    """If-Match: a version, as a number or as the ETag we gave; `*` and no header mean any. Several lines are a list."""
    wanted = ",".join(request.headers.getlist("if-match") or ["*"]).strip()
    if wanted == "*":
        return None
    found = _VERSION.fullmatch(wanted)
    if found is None:
        raise Refusal(IF_MATCH_INVALID)
    return int(found[1] or found[2])


ExpectedVersion = Annotated[int | None, Depends(_expected_version)]
