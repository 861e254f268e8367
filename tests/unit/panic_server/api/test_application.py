"""What holds for every endpoint: headers, errors, and the document that describes them."""

import json
from typing import Any

import httpx2
import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from dispatch import errors
from panic_server.api import application
from panic_server.api.errors import _REFUSED
from panic_server.wire import problems
from tests.unit.panic_server.api.doubles import ALARM_ID, INCIDENT_ID, OFFICER, OPERATOR, RESIDENT, an_incident, bearer
from tests.unit.panic_server.api.sockets import served


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = application.openapi_document()["paths"]
    return [(method, path, operation) for path, methods in paths.items() for method, operation in methods.items()]


async def test_every_answer_is_for_the_asker_alone_and_is_what_it_says(house):
    for path, headers in [("/v1/me", bearer(OFFICER)), ("/v1/me", {}), ("/nothing", {}), ("/healthz", {})]:
        answer = await house.client.get(path, headers=headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/me/", "/v1/alarms/", "//v1/me", "/%00", "/v1/incidents/%2e%2e"]
)
async def test_an_address_without_anything_is_a_problem(house, path):
    answer = await house.client.get(path, headers=bearer(OPERATOR))
    assert (answer.status_code, answer.json()["code"]) in {(404, "not_found"), (404, "incident_unknown")}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_websocket_where_there_is_none_is_a_problem_like_anything_else(house):
    async with served(house.client._transport.app) as port:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}/v1/lives")
    answer = refused.value.response
    assert (answer.status_code, json.loads(answer.body)["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/session", "DELETE, POST"),
        ("/v1/me", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
        (f"/v1/alarms/{ALARM_ID}", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_built_names_those_that_are(house, path, allowed):
    answer = await house.client.patch(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


async def test_head_is_answered_like_get_and_without_a_body(house):
    house.journal.put(an_incident())
    addresses = ["/", "/readyz", "/v1/openapi.json", "/v1/me", "/v1/incidents", f"/v1/incidents/{INCIDENT_ID}", "/v1/x"]
    app: Any = house.client._transport.app
    async with served(app) as port, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as phone:
        for address in [*addresses, "/v1/alarms"]:
            head, got = [await phone.request(one, address, headers=bearer(OPERATOR)) for one in ("HEAD", "GET")]
            assert (head.status_code, head.content) == (got.status_code, b""), address
            assert {**head.headers, "date": ""} == {**got.headers, "date": ""}, address
        nobody = await phone.head("/v1/incidents")
    assert nobody.status_code == 401


async def test_a_mistake_of_ours_is_a_plain_500_and_its_record_has_no_personal_data(house):
    house.journal.breaks_with = ZeroDivisionError("Budi at -6.995, 110.405")
    with structlog.testing.capture_logs() as records:
        answer = await house.client.post("/v1/alarms", json={"id": ALARM_ID}, headers=bearer(RESIDENT))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    [record] = records
    assert (record["event"], record["error"], record["method"]) == ("request_failed", "ZeroDivisionError", "POST")
    assert "Budi" not in answer.text + json.dumps(record)
    assert RESIDENT.subject not in json.dumps(record)
    assert 'kentongan_faults_total{where="http"} 1.0' in house.metrics.render().decode()


async def test_the_record_names_the_route_and_not_the_address(house):
    house.journal.put(an_incident())
    house.journal.breaks_with = ZeroDivisionError()
    with structlog.testing.capture_logs() as records:
        await house.client.get("/v1/incidents/secret-id", headers=bearer(OPERATOR))
    assert records[0]["route"] == "/v1/incidents/{incident_id}"


def every_refusal(kind: type[errors.Refused] = errors.Refused) -> set[type[errors.Refused]]:
    found = set(kind.__subclasses__())
    return found.union(*(every_refusal(one) for one in found))


def test_every_refusal_of_dispatch_has_a_meaning_in_http():
    assert set(_REFUSED) == every_refusal()
    assert {kind.status for kind in _REFUSED.values()} <= {404, 409, 412}


def test_every_code_is_one_problem_only():
    kinds = [one for one in vars(problems).values() if isinstance(one, problems.ProblemKind)]
    assert len({kind.code for kind in kinds}) == len(kinds)


async def test_the_document_is_served_and_is_openapi_3_1(house):
    document = (await house.client.get("/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document == json.loads(json.dumps(application.openapi_document()))


def test_the_document_lists_what_is_built_and_nothing_else(house):
    app: Any = house.client._transport.app
    built = {
        (method.lower(), route.path_format)
        for route in app.routes
        for method in route.methods or ()
        if method != "HEAD" and (route.path.startswith("/v1") or route.path in {"/healthz", "/readyz", "/metrics"})
    }
    assert built == {(method, path) for method, path, _ in operations()} | {("get", "/v1/openapi.json")}


def test_every_operation_is_complete():
    for method, path, operation in operations():
        assert operation["operationId"], path
        assert operation["summary"], path
        assert any(status.startswith("2") for status in operation["responses"]), path
        assert ("requestBody" in operation) <= (method in {"post", "put"}), path
        named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


def test_an_operation_has_an_id_of_its_own():
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)


def test_every_reference_leads_somewhere():
    document = application.openapi_document()
    text = json.dumps(document)
    wanted = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert wanted <= set(document["components"]["schemas"])
    assert {"Welcome", "Officers", "Events", "Heartbeat", "Hello", "Problem"} <= wanted


def test_every_refusal_is_problem_json():
    for _, path, operation in operations():
        for status, response in operation["responses"].items():
            if status.startswith("4"):
                assert list(response["content"]) == ["application/problem+json"], path


def test_times_are_known_as_times():
    schemas = application.openapi_document()["components"]["schemas"]
    assert schemas["Incident"]["properties"]["opened_at"]["format"] == "date-time"
    assert schemas["Welcome"]["properties"]["at"] == {"type": "integer"}
