"""What the documents say exists does exist: files, settings, commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_decision_has_its_sentence_and_its_parts() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert pages[0].name == "000-how-we-decide.md"
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:3]} "), page
        assert re.search(r"^\*\*[^*]+\*\*$", text, re.MULTILINE), page
        headings = re.findall(r"^## (\w+)", text, re.MULTILINE)
        assert [part for part in ("Context", "Decision", "Rejected", "Consequences") if part not in headings] == [], (
            page
        )


@pytest.mark.parametrize("document", ["README.md", "docker-compose.yml", "Dockerfile"])
def test_every_setting_that_is_named_is_listed_by_check(document: str, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "kentongan"), "check"]
    environment = {**os.environ, "KENTONGAN_DATA_DIR": str(tmp_path)}
    listed = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    named = set(re.findall(r"KENTONGAN_[A-Z_]+[A-Z]", (ROOT / document).read_text(encoding="utf-8")))
    assert sorted(named - set(re.findall(r"KENTONGAN_[A-Z_]+[A-Z]", listed))) == []


def test_the_readme_opens_with_what_it_is_a_picture_and_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    order = [text.index(mark) for mark in ("An open emergency alarm", "![", "    ./dev run", "    ./dev test", "\n| ")]
    assert order == sorted(order)
