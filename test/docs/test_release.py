"""A release has one version, and its workflows do what they are trusted to."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import quantcdn
from test.tools.release import ROOT, newest_changes, version

WORKFLOWS = ROOT / ".github" / "workflows"


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))


def triggers(name: str) -> dict[str, Any]:
    return workflow(name)[True]  # YAML 1.1 reads the key "on" as a truth value


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


def check(root: Path, tag: str) -> tuple[int, str]:
    command = [sys.executable, ROOT / "test" / "tools" / "release.py", tag, "--root", root]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "quantcdn").mkdir()
    (tmp_path / "quantcdn" / "_version.py").write_text('"""It."""\n\n__version__ = "1.2.3"\n', encoding="utf-8")
    changes = "# Changes\n\n## 1.2.3, 2026-01-31\n\n- More.\n\n## 1.2.2, 2025-12-31\n\n- Less.\n"
    (tmp_path / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    return tmp_path


def test_the_version_is_stated_once_and_the_changelog_opens_with_it() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in settings["project"]
    assert settings["tool"]["hatch"]["version"]["path"] == "quantcdn/_version.py"
    assert version(ROOT) == quantcdn.__version__
    assert newest_changes(ROOT).partition(", ")[0] == quantcdn.__version__
    modules = {path: path.read_text(encoding="utf-8") for path in (ROOT / "quantcdn").rglob("*.py")}
    stated = [path for path, text in modules.items() if re.search("^__version__ *=", text, re.MULTILINE)]
    assert stated == [ROOT / "quantcdn" / "_version.py"]


def test_a_tag_of_the_version_may_be_released(project: Path) -> None:
    assert check(project, "v1.2.3") == (0, "v1.2.3 may be released\n")


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2.2", "v1.2.3rc1", "v1.2.30"])
def test_another_tag_is_refused_and_told_the_right_one(project: Path, tag: str) -> None:
    status, told = check(project, tag)
    assert status == 1
    assert told.endswith("the tag should be v1.2.3\n")


@pytest.mark.parametrize("heading", ["1.2.3, not yet released", "1.2.30, 2026-01-31", "1.2.2, 2026-01-31", "1.2.3"])
def test_a_changelog_that_does_not_open_with_the_version_and_a_date_is_refused(project: Path, heading: str) -> None:
    changes = project / "CHANGELOG.md"
    changes.write_text(changes.read_text(encoding="utf-8").replace("1.2.3, 2026-01-31", heading), encoding="utf-8")
    assert check(project, "v1.2.3") == (
        1,
        f'CHANGELOG.md opens with "{heading}": it should be "1.2.3, " and the date, as 2026-01-31\n',
    )


def test_every_push_and_every_proposal_runs_what_must_pass() -> None:
    assert triggers("ci")["push"] == {"branches": ["main"]}
    assert "pull_request" in triggers("ci")
    assert any(step.get("run", "").endswith(" .ci/run") for step in steps("ci"))


def test_a_release_is_checked_then_built_once_then_published() -> None:
    jobs = workflow("release")["jobs"]
    assert triggers("release") == {"push": {"tags": ["v*"]}}
    assert jobs["check"]["uses"] == "./.github/workflows/ci.yml"
    assert (jobs["build"]["needs"], jobs["publish"]["needs"]) == ("check", "build")
    runs = [step["run"] for step in jobs["build"]["steps"] if "run" in step]
    assert 'python test/tools/release.py "$GITHUB_REF_NAME"' in runs
    assert sum("tox run -e wheel" in run for run in runs) == 1
    assert [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]


def test_only_the_job_that_publishes_may_speak_for_the_project_and_it_needs_no_secret() -> None:
    for name in ("ci", "release"):
        assert workflow(name)["permissions"] == {"contents": "read"}
        assert "secrets." not in (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    allowed = {name: job["permissions"] for name, job in workflow("release")["jobs"].items() if "permissions" in job}
    assert allowed == {"publish": {"id-token": "write"}}
    assert workflow("release")["jobs"]["publish"]["environment"]["name"] == "pypi"


@pytest.mark.parametrize("file", sorted(WORKFLOWS.iterdir()), ids=lambda file: file.name)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(file: Path) -> None:
    used = re.findall("uses: (?!\\./)(.*)", file.read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[0-9.]+", action)] == []
