"""How FCM's errors are understood."""

from datetime import UTC, datetime

import pytest
import requests
from firebase_admin import exceptions, messaging

from panic_server.push.fcm import retry_after_s, verdict_of
from panic_server.push.port import Verdict

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (messaging.UnregisteredError("gone"), Verdict.DEAD_DEVICE),
        (messaging.SenderIdMismatchError("not ours"), Verdict.DEAD_DEVICE),
        (messaging.QuotaExceededError("slow down"), Verdict.QUOTA),
        (exceptions.ResourceExhaustedError("slow down"), Verdict.QUOTA),
        (exceptions.InvalidArgumentError("what?"), Verdict.REFUSED),
        (exceptions.UnavailableError("later"), Verdict.UNAVAILABLE),
        (exceptions.InternalError("oops"), Verdict.UNAVAILABLE),
        (exceptions.DeadlineExceededError("too slow"), Verdict.UNAVAILABLE),
        (exceptions.UnknownError("?"), Verdict.UNAVAILABLE),
    ],
)
def test_each_error_has_its_verdict(error: exceptions.FirebaseError, verdict: Verdict) -> None:
    assert verdict_of(error) is verdict


@pytest.mark.parametrize(
    "error",
    [
        exceptions.NotFoundError("no such project"),
        exceptions.PermissionDeniedError("key without rights"),
        exceptions.UnauthenticatedError("token refused"),
        messaging.ThirdPartyAuthError("APNs certificate"),
    ],
)
def test_our_own_misconfiguration_forgets_no_device(error: exceptions.FirebaseError) -> None:
    assert verdict_of(error) is Verdict.UNAVAILABLE


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str, seconds: float | None) -> None:
    response = requests.Response()
    response.headers["Retry-After"] = header
    assert retry_after_s(response, NOW) == seconds


def test_no_answer_asks_for_nothing() -> None:
    assert retry_after_s(None, NOW) is None
