"""Every problem that a client may be told of (RFC 9457). Codes are stable; nothing here repeats what a client sent."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from panic_server.wire.shapes import Problem

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """`title` is the same whenever the code is; a problem's `detail` says more about one case."""

    code: str
    status: int
    title: str


class Refusal(Exception):
    """The request cannot be carried out. `detail` is a sentence of ours and never holds what the client sent."""

    def __init__(self, kind: ProblemKind, detail: str | None = None) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.detail = detail


JSON_MALFORMED: Final = ProblemKind("json_malformed", 400, "The body is not JSON in UTF-8")
BODY_TOO_DEEP: Final = ProblemKind("body_too_deep", 400, "The body is nested too deeply")
REQUEST_MALFORMED: Final = ProblemKind("request_malformed", 400, "The request is not proper HTTP")

TOKEN_MISSING: Final = ProblemKind("token_missing", 401, "A token is needed")
TOKEN_UNKNOWN: Final = ProblemKind("token_unknown", 401, "The token is not known, or no longer valid")
CODE_UNKNOWN: Final = ProblemKind("code_unknown", 401, "The sign-in code is not known, used already or too old")

ROLE_NOT_ALLOWED: Final = ProblemKind("role_not_allowed", 403, "This is for another role")
CROSS_ORIGIN: Final = ProblemKind("cross_origin", 403, "The request comes from another site's page")

PIN_WRONG: Final = ProblemKind("pin_wrong", 403, "This is not the PIN")

NOT_FOUND: Final = ProblemKind("not_found", 404, "There is nothing at this address")
ALARM_UNKNOWN: Final = ProblemKind("alarm_unknown", 404, "The caller has sent no such alarm")
INCIDENT_UNKNOWN: Final = ProblemKind("incident_unknown", 404, "There is no such incident, or not for the caller")
DRILL_UNKNOWN: Final = ProblemKind("drill_unknown", 404, "There is no such exercise, or not for the caller")
POLICY_UNKNOWN: Final = ProblemKind("policy_unknown", 404, "No policy of this version was ever in force here")
OFFER_UNKNOWN: Final = ProblemKind("offer_unknown", 404, "There is no such offer to the caller")
ASSIGNMENT_UNKNOWN: Final = ProblemKind("assignment_unknown", 404, "There is no such assignment of the caller")

METHOD_NOT_ALLOWED: Final = ProblemKind("method_not_allowed", 405, "This address does not take this method")
BODY_TOO_SLOW: Final = ProblemKind("body_too_slow", 408, "The body took too long to arrive")

CONFLICT: Final = ProblemKind("conflict", 409, "This cannot be done as things stand")
INCIDENT_CLOSED: Final = ProblemKind("incident_closed", 409, "The incident is closed")
CLAIMED_BY_ANOTHER: Final = ProblemKind("claimed_by_another", 409, "Another operator has taken the incident over")
NOT_CLAIMED: Final = ProblemKind("not_claimed", 409, "The caller has not taken the incident over")
OFFER_TAKEN: Final = ProblemKind("offer_taken", 409, "Another officer accepted first")
OFFER_EXPIRED: Final = ProblemKind("offer_expired", 409, "The offer's time is over")
OFFER_ENDED: Final = ProblemKind("offer_ended", 409, "The offer was declined or withdrawn")
OFFICER_ENGAGED: Final = ProblemKind("officer_engaged", 409, "The officer has an assignment already")
PINS_ALIKE: Final = ProblemKind("pins_alike", 409, "The two PINs must differ")
PINS_NOT_SET: Final = ProblemKind("pins_not_set", 409, "The caller has set no PINs to cancel with")
OFFICER_OFF_DUTY: Final = ProblemKind("officer_off_duty", 409, "The officer is off duty")
NEIGHBOURHOOD_HIDDEN: Final = ProblemKind(
    "neighbourhood_hidden", 409, "The neighbourhood knows nothing of this incident"
)
ALREADY_ASKED: Final = ProblemKind("already_asked", 409, "The officer is asked already, or goes there")
PLACES_TAKEN: Final = ProblemKind("places_taken", 409, "More officers go than that, or no more can be added")

DRILL_AREA_UNKNOWN: Final = ProblemKind("drill_area_unknown", 409, "The map has no such area, or not for the caller")
MERGE_REFUSED: Final = ProblemKind("merge_refused", 409, "The two incidents have to stay apart")
SPLIT_REFUSED: Final = ProblemKind(
    "split_refused", 409, "None of these alarms, or all of them, or some that are not in it"
)
NOT_MERGED: Final = ProblemKind("not_merged", 409, "The other incident was not merged into this one")

VERSION_CONFLICT: Final = ProblemKind("version_conflict", 412, "The incident has changed since the caller looked")
BODY_TOO_LARGE: Final = ProblemKind("body_too_large", 413, "The body is larger than 16 KiB")
CONTENT_TYPE: Final = ProblemKind("content_type_unsupported", 415, "The body must be application/json")
CONTENT_ENCODING: Final = ProblemKind("content_encoding_unsupported", 415, "The body must not be compressed")

BODY_INVALID: Final = ProblemKind("body_invalid", 422, "The body is JSON, but not what is expected here")
DRILL_TIME: Final = ProblemKind(
    "drill_time_refused", 422, "An exercise begins at most a year from now, and not before yesterday"
)
ALARM_ID_MISSING: Final = ProblemKind("alarm_id_missing", 422, "An alarm needs an id made by the phone")
ALARM_ID_INVALID: Final = ProblemKind("alarm_id_invalid", 422, "An alarm's id must be a UUID")
QUERY_INVALID: Final = ProblemKind("query_invalid", 422, "A query parameter is missing or not what is expected")
IF_MATCH_INVALID: Final = ProblemKind("if_match_invalid", 422, "If-Match must be a version of the incident, or *")

INTERNAL_ERROR: Final = ProblemKind("internal_error", 500, "Something is broken on our side")
JOURNAL_UNAVAILABLE: Final = ProblemKind("journal_unavailable", 503, "Nothing can be stored or read right now")


def problem_json(kind: ProblemKind, detail: str | None = None) -> bytes:
    """The body of the answer."""
    return msgspec.json.encode(
        Problem(
            type=f"urn:kentongan:problem:{kind.code}",
            title=kind.title,
            status=kind.status,
            code=kind.code,
            detail=msgspec.UNSET if detail is None else detail,
        )
    )


def malformed_answer(kind: ProblemKind = REQUEST_MALFORMED, *more: str) -> bytes:
    """The whole answer, head and all, to what reaches no application; the connection ends with it."""
    body = problem_json(kind)
    lines = [f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}", f"content-type: {MEDIA_TYPE}"]
    lines += [f"content-length: {len(body)}", *more, "connection: close"]
    return "\r\n".join([*lines, "", ""]).encode() + body
