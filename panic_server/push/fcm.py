"""The only home of firebase-admin: one message to one device, and the access token that it takes.

Runs in the push child alone. The SDK's retries are off; ours are in the relay.
"""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, Literal

import firebase_admin
import google.auth.exceptions
import requests
from firebase_admin import credentials, exceptions, messaging
from google.auth.transport.requests import Request
from requests.adapters import HTTPAdapter

from panic_server.push.frames import Result, Send
from panic_server.push.port import Verdict

# An access token lives for an hour; google-auth itself calls it stale 3 min 45 s before its end, and then every worker
# would fetch one of its own.
REFRESH_BEFORE_S = 300.0
REFRESH_LOOK_S = 30.0


@dataclass(frozen=True, slots=True)
class _Urgency:
    """In the words of each platform. None of our messages carries a sound: what is heard, the page decides."""

    android: Literal["high", "normal"]
    apns: str
    webpush: str


_WAKES: Final = _Urgency("high", "10", "high")
# Android keeps it until the phone wakes up by itself, and 5 is Apple's "with regard to the battery".
_WAKES_NOBODY: Final = _Urgency("normal", "5", "normal")


class Fcm:
    """Thread-safe. Raises OSError or ValueError when the key cannot be read."""

    def __init__(
        self, key: Path, *, workers: int, timeout_s: float, now: Callable[[], datetime], url: str | None = None
    ) -> None:
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="firebase_admin")
        self._now = now
        self._timeout_s = timeout_s
        certificate = credentials.Certificate(_read_key(key, url))
        self._credential: Any = certificate.get_credential()
        if url:
            _stay_on_loopback(self._credential, url)
        self._app = firebase_admin.initialize_app(certificate, {"httpTimeout": timeout_s})
        service: Any = messaging._get_messaging_service(self._app)  # noqa: SLF001  The only way to the SDK's session.
        _prepare_session(service._client.session, workers, url or "https://fcm.googleapis.com")  # noqa: SLF001  Nor has it another.
        self._token_known = threading.Event()
        self._token_failed = False

    def is_authorised(self) -> bool:
        """Whether an access token is at hand; True also before the first was asked for."""
        return bool(self._credential.valid) or not self._token_failed

    def send(self, send: Send) -> Result:
        """One call, given up after about `timeout_s`."""
        if not self._may_send():
            return Result(send.key, Verdict.UNAVAILABLE, None, "no_access_token")
        try:
            messaging.send(self._message(send), app=self._app)
        except exceptions.FirebaseError as error:
            return self._explain(send.key, error)
        except google.auth.exceptions.GoogleAuthError as error:
            return Result(send.key, Verdict.UNAVAILABLE, None, type(error).__name__)
        except ValueError:
            return Result(send.key, Verdict.REFUSED, None, "malformed")
        return Result(send.key, Verdict.ACCEPTED, None, "")

    def keep_authorised(self, wait: Callable[[float], object], say: Callable[[str], None]) -> None:
        """Runs for ever in a thread of its own: one request for a token instead of one from every worker."""
        failures = 0
        while True:
            failures = 0 if self._refresh_if_needed(say) else failures + 1
            wait(min(2.0 ** (failures - 1), REFRESH_LOOK_S) if failures else REFRESH_LOOK_S)

    def _may_send(self) -> bool:
        """Waits for the first token, unless it is known that there is none to be had."""
        if not self._token_failed:
            self._token_known.wait(self._timeout_s)
        return bool(self._credential.valid)

    def _refresh_if_needed(self, say: Callable[[str], None]) -> bool:
        credential = self._credential
        left_s = (credential.expiry.replace(tzinfo=UTC) - self._now()).total_seconds() if credential.expiry else 0.0
        if credential.token is not None and left_s > REFRESH_BEFORE_S:
            return True
        try:
            credential.refresh(_TokenRequest(self._timeout_s))
        except Exception as error:  # noqa: BLE001  Outermost in its thread, which must not end: without it no token comes.
            self._token_failed = True
            self._token_known.set()
            say(f"no access token: {type(error).__name__}")
            return False
        self._token_failed = False
        self._token_known.set()
        return True

    def _message(self, send: Send) -> messaging.Message:
        expires_at_s = int(self._now().timestamp()) + send.ttl_s
        target = {"fid" if send.device_kind == "fcm_fid" else "token": send.device}
        urgency = _WAKES_NOBODY if send.silent else _WAKES
        return messaging.Message(
            data=send.data,
            android=messaging.AndroidConfig(priority=urgency.android, ttl=send.ttl_s),
            apns=messaging.APNSConfig(headers={"apns-priority": urgency.apns, "apns-expiration": str(expires_at_s)}),
            webpush=messaging.WebpushConfig(headers={"Urgency": urgency.webpush, "TTL": str(send.ttl_s)}),
            **target,
        )

    def _explain(self, key: int, error: exceptions.FirebaseError) -> Result:
        verdict = verdict_of(error)
        return Result(key, verdict, retry_after_s(error.http_response, self._now()), str(error.code).lower())


class _TokenRequest(Request):
    """google-auth gives the token endpoint two minutes; a worker that waits for the token has ten seconds."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["timeout"] = self._timeout_s
        return super().__call__(*args, **kwargs)  # type: ignore[no-untyped-call]  # google-auth has no types here.


def verdict_of(error: exceptions.FirebaseError) -> Verdict:
    """A wrong key or project (401, 403, a plain 404) is ours to repair: it is retried and no device is forgotten."""
    match error:
        case messaging.UnregisteredError() | messaging.SenderIdMismatchError():
            return Verdict.DEAD_DEVICE
        case exceptions.ResourceExhaustedError():
            return Verdict.QUOTA
        case exceptions.InvalidArgumentError():
            return Verdict.REFUSED
        case _:
            return Verdict.UNAVAILABLE


def retry_after_s(response: requests.Response | None, now: datetime) -> float | None:
    """Both forms of RFC 9110: seconds, or a date; None when it is absent or makes no sense."""
    text = response.headers.get("Retry-After", "") if response is not None else ""
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds()) if text else None
    except (ValueError, TypeError):
        return None


def _read_key(key: Path, url: str | None) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(key.read_text())
    if url:
        content["token_uri"] = url + "/token"
    return content


def _stay_on_loopback(credential: Any, url: str) -> None:
    """firebase-admin has no setting for another endpoint.

    google-auth would besides ask iamcredentials.googleapis.com about the key's region, with a token not of Google's.
    """
    messaging._MessagingService.FCM_URL = url + "/v1/projects/{0}/messages:send"  # noqa: SLF001  No public way.
    credential._is_regional_access_boundary_lookup_required = lambda: False  # noqa: SLF001  No public way.


def _prepare_session(session: requests.Session, workers: int, origin: str) -> None:
    """One kept connection per worker, no retries, and the proxy's variables read once.

    requests would otherwise read the environment for every message, which takes a third of its time (measured).
    """
    session.mount(origin, HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0))
    session.proxies = dict(requests.utils.get_environ_proxies(origin))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False
