"""The screens: only files of the build, under a policy that lets nothing else in."""

from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from panic_server.api.pages import page_routes

SCRIPT = "console.log('kentongan');" * 20


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    for name in ("index", "console", "officer", "representative"):
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>")
    (folder / "assets" / "index-o_ion5Za.js").write_text(SCRIPT)
    (folder / "sw.js").write_text("// worker")
    (folder / "manifest.webmanifest").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def client_of(folder: Path) -> httpx2.AsyncClient:
    app = Starlette(routes=page_routes(folder))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://kentongan.test")


@pytest.mark.parametrize(
    ("path", "title"),
    [("/", "index"), ("/console", "console"), ("/officer", "officer"), ("/representative", "representative")],
)
async def test_each_page_has_its_address(built, path, title):
    async with client_of(built) as client:
        answer = await client.get(path)
    assert f"<title>{title}</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_nothing_from_outside_and_nothing_inline_may_run(built):
    async with client_of(built) as client:
        policy = (await client.get("/console")).headers["content-security-policy"]
    assert {part.strip() for part in policy.split(";")} == {
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "connect-src 'self'", "worker-src 'self' blob:", "font-src 'self'", "manifest-src 'self'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    }  # fmt: skip


async def test_what_has_a_hash_in_its_name_is_kept_for_good(built):
    async with client_of(built) as client:
        answer = await client.get("/assets/index-o_ion5Za.js")
    assert answer.text == SCRIPT
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/sw.js", "text/javascript; charset=utf-8"), ("/manifest.webmanifest", "application/manifest+json")],
)
async def test_what_keeps_its_name_is_asked_for_again(built, path, media_type):
    async with client_of(built) as client:
        answer = await client.get(path)
        again = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (media_type, "no-cache")
    assert (again.status_code, again.content) == (304, b"")


async def test_texts_travel_compressed(built):
    async with client_of(built) as client:
        answer = await client.get("/assets/index-o_ion5Za.js", headers={"accept-encoding": "gzip"})
        plain = await client.get("/assets/index-o_ion5Za.js", headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == plain.text == SCRIPT


@pytest.mark.parametrize(
    "path",
    ["/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/assets/gone.js", "/assets/", "/secret.txt"],
)
async def test_what_is_no_file_of_the_build_is_not_there(built, path):
    async with client_of(built) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_a_build_the_pages_say_how_to_make_one(tmp_path):
    async with client_of(tmp_path / "nothing") as client:
        answer = await client.get("/console")
    assert answer.status_code == 503
    assert "./dev setup" in answer.text
