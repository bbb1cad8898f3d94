"""The pages of the command line are current and well formed, and their examples run."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from quantcdn import cli
from quantcdn.cli import runner
from quantcdn.cli.command_tree import command_of
from quantcdn.configuration import HOST_VARIABLES, ORGANIZATION_VARIABLES, TOKEN_VARIABLES
from quantcdn.emulator import Clock, Emulator
from test.helpers import forkserver
from test.helpers.ports import free_port
from test.tools.parts import needed

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE, MANUAL = DOCS / "cli.md", DOCS / "quantcdn.1"
PROGRAM = command_of(cli.parser(complete=True))
DIGITS = 2 * "0123456789abcdef"
"""Of the identifiers in the examples."""
COVERAGE = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def written(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DOCS / "tools" / "cli.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_pages_are_current() -> None:
    done = written("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "run python docs/tools/cli.py"


def test_a_page_that_is_missing_or_changed_is_named_and_written(tmp_path: Path) -> None:
    page, manual = tmp_path / "cli.md", tmp_path / "quantcdn.1"
    done = written("--check", "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (1, f"not current: {page}\nnot current: {manual}\n")
    assert written("--folder", tmp_path).returncode == 0
    assert page.read_bytes() == PAGE.read_bytes()
    page.write_text(page.read_text(encoding="utf-8").replace("--status", "--state"), encoding="utf-8")
    assert written("--check", "--folder", tmp_path).stdout == f"not current: {page}\n"


def test_the_date_of_the_man_page_is_that_of_its_last_change(tmp_path: Path) -> None:
    manual = tmp_path / "quantcdn.1"
    written("--folder", tmp_path)
    today = re.search(r"^\.TH QUANTCDN 1 (\d{4}-\d\d-\d\d) ", manual.read_text(), flags=re.MULTILINE)
    assert today
    long_ago = manual.read_text().replace(today[1], "2001-02-03")
    manual.write_text(long_ago)
    assert written("--check", "--folder", tmp_path).returncode == 0
    assert written("--folder", tmp_path).returncode == 0
    assert manual.read_text() == long_ago


def test_the_man_page_is_well_formed() -> None:
    done = subprocess.run(
        [needed("mandoc"), "-T", "lint", "-W", "warning", MANUAL], capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == ""
    text = MANUAL.read_text(encoding="utf-8")
    assert text.isascii()
    # Some would show another minus as a hyphen, with which no option can be searched for or copied.
    assert not re.search(r"(?<!\\)-", re.sub(r"(?m)^\.(TH|\\\").*", "", text))


def manual_as_shown() -> str:
    command = [needed("mandoc"), "-T", "utf8", "-O", "width=1000", MANUAL]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(".\b", "", shown)  # bold is a letter twice


def test_the_man_page_shows_every_option_and_example_as_it_is_typed() -> None:
    shown = [line.strip() for line in manual_as_shown().splitlines()]
    for command in PROGRAM.walk():
        if not command.commands:
            assert any(line.startswith(command.name) for line in shown), command.name
            assert set(command.examples) <= set(shown)
            for option in command.options:
                if "--help" not in option.flags:
                    start = f"{', '.join(option.flags)} {option.value}".strip()
                    assert any(line.startswith(start) for line in shown), start


def test_the_page_has_a_section_for_every_command_and_a_row_for_every_option() -> None:
    text = PAGE.read_text(encoding="utf-8")
    settings = text.partition("\n## Settings\n")[2].partition("\n## ")[0]
    for command in list(PROGRAM.walk())[1:]:
        section = re.split(r"\n##+ ", text.partition(f"# {command.name}\n")[2])[0]
        assert f"\n```text\n{command.name}" in section
        assert len(command.examples) >= 2
        assert "\n".join(command.examples) in section
        for argument in command.arguments:
            if "--help" not in argument.flags:
                row = f"\n| `{' '.join([', '.join(argument.flags), argument.value]).strip()}` | "
                assert row in (settings if argument.group == "settings" else section)


def test_every_exit_code_and_variable_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    codes = {value for name, value in vars(runner).items() if name.isupper() and isinstance(value, int)}
    assert codes == {int(code) for code in re.findall(r"^\| (\d+) \| ", text, flags=re.MULTILINE)}
    for name in (*HOST_VARIABLES, *ORGANIZATION_VARIABLES, *TOKEN_VARIABLES):
        assert f"`{name}`" in text.partition("\n## Environment\n")[2].partition("\n## ")[0]


def examples() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return list(dict.fromkeys(line for block in blocks for line in block.splitlines()))


class Shell:
    """A shell in an empty folder, where the settings are those of a local service whose clock runs fast."""

    def __init__(self, folder: Path, service: Emulator) -> None:
        (folder / ".config" / "fish" / "completions").mkdir(parents=True)
        (folder / "token.txt").write_text(service.token)
        (folder / ".config" / "quantcdn").mkdir()
        (folder / ".config" / "quantcdn" / "config.toml").write_text('organisation = "acme"\n')
        (folder / ".config" / "quantcdn" / "config.toml").chmod(0o600)
        self._output = folder / "output"
        self._folder = folder
        self._program = forkserver.Program()
        self._environ = {
            "PATH": f"{self._program.folder}:{os.environ['PATH']}",
            "HOME": str(folder),
            "NO_PROXY": "*",
            "QUANTCDN_HOST": service.url,
            "QUANTCDN_API_TOKEN": service.token,
            "QUANTCDN_ORGANIZATION": "acme",
            **COVERAGE,
        }

    def run(self, line: str, is_ready: Callable[[], bool] | None = None) -> tuple[int, str]:
        """Run a line to its end, or press Ctrl-C once it is ready; returns the exit code and what was shown."""
        command = [needed("bash"), "-o", "pipefail", "-c", line]
        if "completion zsh" in line:
            command = [needed("zsh"), "-c", f"autoload -U compinit && compinit -D -u; {line}"]
        with self._output.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environ,
                cwd=self._folder,
                start_new_session=True,
                pass_fds=[self._program.descriptor],
            )
        try:
            if is_ready is not None:
                deadline = time.monotonic() + 60
                while process.poll() is None and not is_ready() and time.monotonic() < deadline:
                    time.sleep(0.02)
                os.killpg(process.pid, signal.SIGINT)
            code = process.wait(60)
            # Where the last of a pipeline ends by the signal, bash ends itself by it too: a shell says 130 of both.
            return 128 - code if code < 0 else code, self.shown()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def shown(self) -> str:
        return self._output.read_text(encoding="utf-8")


@pytest.mark.parametrize("line", examples())
def test_the_example_runs(line: str, tmp_path: Path) -> None:
    assert "quantcdn" in line
    with Emulator(organisation="acme", clock=Clock(20)) as service:
        service.fill_examples()
        service.start_execution("generate_image", pending=0, running=0, execution_id=f"exec_{DIGITS}")
        service.start_orchestration(
            ["get_weather"], pending=0, running=20, synthesizing=2, orchestration_id=f"orch_{DIGITS}"
        )
        needed("jq")
        # The service stands in for the real one, and a port of this machine may be taken.
        line = line.replace("https://dashboard.quantcdn.io", service.url).replace("8080", str(free_port()))
        shell = Shell(tmp_path, service)
        if line.startswith("quantcdn login") and "<" not in line:
            line += " < token.txt"  # a person would be asked
        if line.startswith("quantcdn emulator"):
            code, shown = shell.run(line, lambda: "export" in shell.shown())
        elif line.startswith("quantcdn executions watch"):
            code, shown = shell.run(line, lambda: bool(service.requests))
            code -= 130
        else:
            code, shown = shell.run(line)
    assert code == 0, shown
    assert "Traceback" not in shown
