"""Dockerfile and docker-compose.yml pass a linter, run without root, and hold no secret."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TOOLS = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def hadolint(text: str) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS / "hadolint"), "--no-color", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def compose_schema(path: Path) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_dockerfile_passes_the_linter() -> None:
    run = hadolint(DOCKERFILE)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("FROM python:latest", "DL3007"),
        ("USER root", "DL3002"),
        ("WORKDIR src", "DL3000"),
        ("RUN sudo true", "DL3004"),
        ("RUN pip install redis", "DL3013"),
    ],
)
def test_the_linter_finds_a_planted_fault(planted: str, rule: str) -> None:
    assert rule in hadolint(f"{DOCKERFILE}\n{planted}\n").stdout


def test_the_image_installs_from_the_lock_files_only() -> None:
    installs = re.findall(r"pip (?:install|wheel) [^\\&\n]*", DOCKERFILE)
    assert len(installs) == 4
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_every_file_that_the_image_copies_is_let_through_by_the_ignore_file() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in ignore if line[:1] == "!"}
    copies = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    copied = {word for line in copies for word in line.split()[:-1]}
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_compose_file_fits_the_specification() -> None:
    run = compose_schema(ROOT / "docker-compose.yml")
    assert run.returncode == 0, run.stdout


def test_the_specification_finds_a_planted_fault(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE.replace("healthcheck:", "healthchek:"), encoding="utf-8")
    run = compose_schema(tmp_path / "docker-compose.yml")
    assert run.returncode == 1
    assert "healthchek" in run.stdout


def test_every_secret_comes_from_the_environment_and_has_no_default() -> None:
    secrets = re.findall(r"\$\{(\w*PASSWORD\w*)(.?.?)", COMPOSE)
    assert {name for name, _ in secrets} == {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert {operator for _, operator in secrets} == {":?"}
    assert re.findall(r"(?im)^\s*\w*password\w*:\s+(?!\$\{)\S+", COMPOSE) == []


def test_only_loopback_is_published() -> None:
    ports = [port for service in yaml.safe_load(COMPOSE)["services"].values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_store_is_waited_for_until_it_is_healthy() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    for node in (services["server"], services["second"]):
        assert {name: wait["condition"] for name, wait in node["depends_on"].items()} == {
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }
    assert all("healthcheck" in services[store] for store in ("postgres", "redis"))
