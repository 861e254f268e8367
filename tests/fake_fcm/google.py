"""The two Google services as pure functions of a request: the OAuth token grant, and FCM's messages:send."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec

from tests.fake_fcm.script import Scripts, Step

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FCM_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
PLATFORM_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SEND_PATH = re.compile(r"/v1/projects/([A-Za-z0-9-]+)/messages:send")
_TTL = re.compile(r"\d+(\.\d{1,9})?s")
_ERROR_TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_FAILURES = {
    "401": (401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
    "429": (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    "500": (500, "INTERNAL", "INTERNAL"),
    "503": (503, "UNAVAILABLE", "UNAVAILABLE"),
    "UNREGISTERED": (404, "NOT_FOUND", "UNREGISTERED"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, or `hang` (never) and `reset` (the connection is cut); it is held back for `delay_s`."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0
    fate: str = "answer"


@dataclass(frozen=True, slots=True)
class Record:
    """One attempt, as `GET /_attempts` and (for those that were delivered) `GET /_sent` show it.

    `at_monotonic_s` is the machine's CLOCK_MONOTONIC, so that other processes here can subtract their own.
    """

    n: int
    at: str
    at_monotonic_s: float
    device: str
    push_id: str
    outcome: str
    access_token: str
    message: msgspec.Raw


class Body(msgspec.Struct):
    """The message is kept as it came: a burst leaves hundreds of thousands of them in memory."""

    message: msgspec.Raw


_decode_body = msgspec.json.Decoder(Body).decode


@dataclass(slots=True)
class Google:
    """State of the fake: scripts, tokens given out, and everything that arrived."""

    scripts: Scripts = field(default_factory=Scripts)
    token_scripts: Scripts = field(default_factory=Scripts)
    tokens: set[str] = field(default_factory=set)
    token_requests: int = 0
    sent: list[Record] = field(default_factory=list)
    attempts: list[Record] = field(default_factory=list)

    def grant_token(self, body: bytes, *, now_s: float) -> Reply:
        self.token_requests += 1
        step = self.token_scripts.next_step("*")
        if step.word != "ok":
            return failure(step)
        problem = assertion_problem(body, now_s=now_s)
        if problem:
            return _json(400, {"error": "invalid_grant", "error_description": problem})
        token = f"fake-{len(self.tokens)}"
        self.tokens.add(token)
        return _json(200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    def send(self, authorization: str, body: bytes, *, at: str, at_monotonic_s: float, project: str) -> Reply:
        access_token = authorization.removeprefix("Bearer ")
        if access_token not in self.tokens:
            return failure(Step("401"))
        try:
            raw = _decode_body(body).message
            message = msgspec.json.decode(raw)
            problem = message_problem(message)
        except (msgspec.DecodeError, AttributeError):
            return failure(Step("INVALID_ARGUMENT"))
        if problem:
            return failure(Step("INVALID_ARGUMENT"), problem)
        device = message.get("token") or message["fid"]
        step = self.scripts.next_step(device)
        push_id = message["data"].get("push_id", "")
        record = Record(len(self.attempts) + 1, at, at_monotonic_s, device, push_id, step.word, access_token, raw)
        self.attempts.append(record)
        if step.word not in ("ok", "slow"):
            return failure(step)
        self.sent.append(record)
        name = b'{"name":"projects/%s/messages/%d"}' % (project.encode(), record.n)
        return Reply(200, name, delay_s=(step.number or 0.0) / 1000 if step.word == "slow" else 0.0)

    def forget_sent(self) -> None:
        self.sent.clear()
        self.attempts.clear()
        self.token_requests = 0


def failure(step: Step, message: str = "scripted") -> Reply:
    """Google's error body (google.rpc.Status with an FcmError detail) for one step of a script."""
    if step.word in ("hang", "reset"):
        return Reply(0, b"", fate=step.word)
    status, name, code = _FAILURES[step.word]
    error = {"code": status, "message": message, "status": name, "details": [{"@type": _ERROR_TYPE, "errorCode": code}]}
    headers = (("Retry-After", f"{step.number:g}"),) if step.number is not None else ()
    return _json(status, {"error": error}, headers)


def _json(status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, msgspec.json.encode(body), headers)


def assertion_problem(body: bytes, *, now_s: float) -> str:
    """What is wrong with the grant's form and its signed JWT (the signature is not checked); empty if nothing."""
    form = parse_qs(body.decode())
    if form.get("grant_type") != [GRANT]:
        return "grant_type"
    parts = form.get("assertion", [""])[0].split(".")
    if len(parts) != 3 or not all(parts):
        return "assertion is no JWT"
    header, claims = (_decode_part(part) for part in parts[:2])
    checks = {
        "alg": header.get("alg") == "RS256",
        "iss": bool(claims.get("iss")),
        "aud": bool(claims.get("aud")),
        "scope": bool({FCM_SCOPE, PLATFORM_SCOPE} & set(str(claims.get("scope", "")).split())),
        "iat": claims.get("iat", 0) <= now_s + 60,
        "exp": now_s < claims.get("exp", 0) <= now_s + 3700,
    }
    return ", ".join(name for name, is_right in checks.items() if not is_right)


def _decode_part(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def message_problem(message: dict[str, Any]) -> str:
    """The parts of FCM's own validation that a mistake of ours would meet; empty if all is well."""
    targets = [message[key] for key in ("token", "fid") if message.get(key)]
    if len(targets) != 1:
        return "exactly one of token and fid"
    data = message.get("data", {})
    if not all(isinstance(value, str) for value in data.values()):
        return "data values must be strings"
    ttl = message.get("android", {}).get("ttl", "1s")
    if not _TTL.fullmatch(ttl):
        return "android.ttl"
    return ""
