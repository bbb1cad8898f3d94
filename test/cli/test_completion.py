"""The completion scripts work in the shells themselves: each shell is started, and asked to complete."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docs.tools import completions
from quantcdn import cli
from quantcdn.cli.arguments import Parser
from quantcdn.cli.command_tree import CommandNode, command_of
from quantcdn.emulator import Emulator, Fault
from test.helpers.process import BIN, COMMAND, access, run, until
from test.tools.parts import needed

PROMPT = "READY> "
PROGRAM = command_of(cli.parser(complete=True))

Ask = Callable[[str], list[str]]
"""Gives the candidates for the last word of a line."""


def script(shell: str) -> str:
    done = run("completion", shell)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_scripts_are_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in (*SHELLS, "powershell"):  # of which there is none to ask
        assert script(shell) == completions.scripts()[f"quantcdn.{shell}"], "run python docs/tools/completions.py"
    monkeypatch.setattr("sys.argv", ["completions.py", "--check", "--folder", str(tmp_path)])
    assert completions.main() == 1
    monkeypatch.setattr("sys.argv", ["completions.py", "--folder", str(tmp_path)])
    assert completions.main() == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["quantcdn.bash", "quantcdn.fish", "quantcdn.powershell", "quantcdn.zsh"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts, and below it one with something to complete."""
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        (folder / f"quantcdn.{shell}").write_text(script(shell))
    here = folder / "here"
    (here / "out folder").mkdir(parents=True)
    (here / "outside").mkdir()
    (here / "output.log").write_text("")
    (here / "token").write_text("")
    return folder


class Terminal:
    """A shell on a terminal, in which one key puts all candidates into the line.

    There, the command is a function that writes down the words that it is called with.
    """

    def __init__(self, command: list[str], key: str, folder: Path, **environ: str) -> None:
        self._words = folder / "words"
        self._key = key
        self._ours, theirs = pty.openpty()
        environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", **environ}
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
            cwd=folder / "here",
            start_new_session=True,
        )
        os.close(theirs)
        self._read_to_prompt()

    def _read_to_prompt(self) -> None:
        shown = b""
        while PROMPT.encode() not in shown:
            ready, _, _ = select.select([self._ours], [], [], 20)
            assert ready, f"the shell shows no prompt: {shown!r}"
            shown += os.read(self._ours, 65_536)

    def ask(self, line: str) -> list[str]:
        self._words.write_text("not called\n")
        os.write(self._ours, f"{line}{self._key}\n".encode())
        self._read_to_prompt()
        words = self._words.read_text().splitlines()
        before = line.replace("\\ ", "\0").split()[1:]
        if not line.endswith(" "):
            before.pop()
        assert words[: len(before)] == before
        return words[len(before) :]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


RECORD = "quantcdn() {{ printf '%s\\n' \"$@\" > {folder}/words; }}\nPS1='{prompt}'\nsource {folder}/quantcdn.{shell}\n"

# The candidates of a line all at once: in readline a key of its own, in zsh a completer that comes with it.
ZSH = """
unset zle_bracketed_paste
autoload -U compinit && compinit -D -u
zle -C all-matches complete-word _generic
bindkey '^Xa' all-matches
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
"""


@contextmanager
def asked_bash(folder: Path, **environ: str) -> Iterator[Ask]:
    settings = folder / "bashrc"
    record = RECORD.format(folder=folder, shell="bash", prompt=PROMPT)
    settings.write_text(f"bind 'set enable-bracketed-paste off'\n{record}")
    terminal = Terminal([needed("bash"), "--noprofile", "--rcfile", str(settings), "-i"], "\x1b*", folder, **environ)
    yield terminal.ask
    terminal.close()


@contextmanager
def asked_zsh(folder: Path, **environ: str) -> Iterator[Ask]:
    (folder / ".zshrc").write_text(ZSH + RECORD.format(folder=folder, shell="zsh", prompt=PROMPT))
    terminal = Terminal([needed("zsh"), "-d", "-i"], "\x18a", folder, ZDOTDIR=str(folder), **environ)
    yield terminal.ask
    terminal.close()


def described_by_fish(folder: Path, line: str, **environ: str) -> list[str]:
    """List candidates, each with a tabulator and its description."""
    done = subprocess.run(
        [needed("fish"), "--no-config", "-c", f"source {folder}/quantcdn.fish; complete -C $argv[1]", line],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder / "here",
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **environ},
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@contextmanager
def asked_fish(folder: Path, **environ: str) -> Iterator[Ask]:
    yield lambda line: [candidate.partition("\t")[0] for candidate in described_by_fish(folder, line, **environ)]


SHELLS = {"bash": asked_bash, "zsh": asked_zsh, "fish": asked_fish}


@pytest.fixture(scope="module", params=SHELLS)
def ask(request: pytest.FixtureRequest, folder: Path) -> Iterator[Ask]:
    with SHELLS[request.param](folder) as ask:
        yield ask


def below(command: CommandNode) -> list[str]:
    return sorted(inner.word for inner in command.commands)


def flags(command: CommandNode) -> set[str]:
    """The long forms of a command's options; bash offers one for each."""
    return {max(option.flags, key=len) for option in command.options}


def named(name: str) -> CommandNode:
    return next(command for command in PROGRAM.walk() if command.name == name)


@pytest.mark.parametrize("name", [command.name for command in PROGRAM.walk() if command.commands])
def test_commands_are_offered(ask: Ask, name: str) -> None:
    assert sorted(ask(f"{name} ")) == below(named(name))


@pytest.mark.parametrize("name", [command.name for command in PROGRAM.walk()])
def test_options_are_offered(ask: Ask, name: str) -> None:
    offered = set(ask(f"{name} --"))
    every = {flag for option in named(name).options for flag in option.flags}
    assert flags(named(name)) <= offered <= every


def test_the_start_of_a_command_is_completed(ask: Ask) -> None:
    assert ask("quantcdn exec") == ["executions"]
    assert ask("quantcdn executions sa") == ["save"]
    assert ask("quantcdn nons") in ([], ["nons"])  # what fits nothing stays as it is


def test_the_start_of_an_option_is_completed(ask: Ask) -> None:
    assert ask("quantcdn executions list --stat") == ["--status"]
    assert ask("quantcdn executions list --json --stat") == ["--status"]


STATUSES = ["complete", "failed", "pending", "running"]


def test_choices_are_offered(ask: Ask) -> None:
    assert sorted(ask("quantcdn executions list --status ")) == STATUSES
    assert ask("quantcdn executions list --status ru") == ["running"]
    assert sorted(ask("quantcdn completion ")) == ["bash", "fish", "powershell", "zsh"]
    assert ask("quantcdn completion z") == ["zsh"]
    assert sorted(ask("quantcdn emulator --wire ")) == ["4.19", "4.9"]


def test_choices_are_offered_behind_an_equals_sign(ask: Ask) -> None:
    assert ask("quantcdn executions list --status=ru") == ["--status=running"]


def test_files_and_folders_are_offered_where_a_file_goes(ask: Ask) -> None:
    assert [name.rstrip("/") for name in sorted(ask("quantcdn executions list --token-file t"))] == ["token"]
    offered = sorted(name.rstrip("/") for name in ask("quantcdn executions watch --log out"))
    assert offered == ["out folder", "output.log", "outside"] or offered == ["out\\ folder", "output.log", "outside"]


def test_folders_alone_are_offered_where_a_folder_goes(ask: Ask) -> None:
    offered = sorted(name.rstrip("/") for name in ask("quantcdn executions wait --save out"))
    assert offered == ["out folder", "outside"] or offered == ["out\\ folder", "outside"]


def test_no_files_are_offered_where_none_go(ask: Ask) -> None:
    for line in ("quantcdn t", "quantcdn executions list --limit t", "quantcdn executions get t"):
        assert "token" not in ask(line)


def test_the_value_of_an_option_is_not_taken_for_a_command(ask: Ask) -> None:
    assert ask("quantcdn executions list --organisation list --stat") == ["--status"]
    assert ask("quantcdn demo --save tools --sp") == ["--speed"]


def test_options_are_offered_behind_identifiers(ask: Ask) -> None:
    assert ask("quantcdn executions wait exec_1 exec_2 --exit") == ["--exit-status"]


def test_fish_shows_what_each_candidate_is(folder: Path) -> None:
    shown = described_by_fish(folder, "quantcdn ")
    assert sorted(shown) == sorted(f"{inner.word}\t{inner.summary}" for inner in PROGRAM.commands)


@pytest.mark.parametrize("shell", SHELLS)
def test_no_text_of_the_help_can_break_a_script(shell: str, tmp_path: Path) -> None:
    odd = 'it\'s [the] "odd": `one` $(two) $three \\four\\ ]: {five} (six)'
    parser = Parser(prog="quantcdn")
    parser.add_commands({"odd": odd, "even": odd}, "nowhere")
    command = parser.commands["odd"]
    command.add_argument("--odd", choices=["left", "right"], help=odd)
    command.add_argument("--other", metavar="X", help=odd)
    (tmp_path / "here").mkdir()
    (tmp_path / f"quantcdn.{shell}").write_text("\n".join(completions.SHELLS[shell](command_of(parser))) + "\n")
    with SHELLS[shell](tmp_path) as ask:
        assert sorted(ask("quantcdn ")) == ["even", "odd"]
        assert ask("quantcdn odd --od") == ["--odd"]
        assert sorted(ask("quantcdn odd --odd ")) == ["left", "right"]
        assert ask("quantcdn odd --other x --od") == ["--odd"]
    if shell == "fish":
        assert described_by_fish(tmp_path, "quantcdn od") == [f"odd\t{odd}"]


def test_zsh_finds_the_script_on_its_path_too(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "_quantcdn").write_text((folder / "quantcdn.zsh").read_text())
    settings = ZSH.replace("autoload", f"fpath=({tmp_path} $fpath)\nautoload", 1)
    record = RECORD.format(folder=folder, shell="zsh", prompt=PROMPT).rpartition("source")[0]
    (tmp_path / ".zshrc").write_text(settings + record)
    terminal = Terminal([needed("zsh"), "-d", "-i"], "\x18a", folder, ZDOTDIR=str(tmp_path))
    assert terminal.ask("quantcdn exec") == ["executions"]  # the first time defines it and completes
    assert sorted(terminal.ask("quantcdn executions list --status ")) == STATUSES
    terminal.close()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_line_that_the_help_gives_for_a_settings_file_works(shell: str) -> None:
    line = f"source <({COMMAND} completion {shell})"
    before = "autoload -U compinit && compinit -D -u; " if shell == "zsh" else ""
    after = "complete -p quantcdn" if shell == "bash" else "print $_comps[quantcdn]"
    done = subprocess.run(
        [needed(shell), "-c", f"{before}{line}\n{after}"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.stdout.strip() in ("complete -F _quantcdn quantcdn", "_quantcdn")
    assert done.stderr == ""
    assert line.replace(COMMAND, "quantcdn") in run("completion", "--help").out


def test_another_shell_is_wrong_usage() -> None:
    done = run("completion", "tcsh")
    assert done.code == 2
    assert all(shell in done.err for shell in SHELLS)


# What the service knows


EXECUTION_ID, ORCHESTRATION_ID = f"exec_{'1' * 32}", f"orch_{'2' * 32}"
EVIL = "$(touch$IFS'x')"


@pytest.fixture
def service() -> Iterator[Emulator]:
    with Emulator() as service:
        service.start_execution("calculate", execution_id=EXECUTION_ID)
        service.start_orchestration([EXECUTION_ID], orchestration_id=ORCHESTRATION_ID)
        yield service


@pytest.mark.parametrize("shell", SHELLS)
def test_names_of_tools_and_identifiers_are_offered(
    shell: str, folder: Path, service: Emulator, tmp_path: Path
) -> None:
    environ = {**access(service), "XDG_CACHE_HOME": str(tmp_path), "NO_PROXY": "*"}
    for command in ("tools names", "executions list", f"orchestrations get {ORCHESTRATION_ID}"):
        assert run(*command.split(), **environ).code == 0
    with SHELLS[shell](folder, **environ, PATH=f"{BIN}:{os.environ['PATH']}") as ask:
        assert sorted(ask("quantcdn tools show g")) == ["generate_image", "get_weather"]
        assert ask("quantcdn executions list --tool sea") == ["search_web"]
        assert ask("quantcdn executions wait exec_1") == [EXECUTION_ID]
        assert ask("quantcdn orchestrations get orch_") == [ORCHESTRATION_ID]
        assert ask("quantcdn executions wait exec_1 --exit") == ["--exit-status"]


def candidates(*words: str, **environ: str) -> list[str]:
    done = run("__complete", *words, **environ)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_the_service_is_asked_where_nothing_fresh_is_kept(service: Emulator, tmp_path: Path) -> None:
    environ = {**access(service), "XDG_CACHE_HOME": str(tmp_path)}
    until(lambda: candidates("executions", "executions", "get", **environ) == [EXECUTION_ID])  # on a busy machine
    count = len(service.requests)
    assert candidates("executions", **environ) == [EXECUTION_ID]
    assert len(service.requests) == count
    (path,) = (tmp_path / "quantcdn").iterdir()
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0
    os.utime(path, (1, 1))
    other = service.start_execution("calculate")
    until(lambda: candidates("executions", **environ) == [other, EXECUTION_ID])
    until(lambda: candidates("tools", "--organisation=other", "tools", "show", **environ))
    assert service.requests[-1].arguments == {"organisation": "other"}


def test_what_goes_wrong_is_silent_and_takes_no_time(service: Emulator, tmp_path: Path) -> None:
    environ = {**access(service), "XDG_CACHE_HOME": str(tmp_path)}
    service.add_fault(Fault(delay=60), times=None)
    started = time.monotonic()
    assert candidates("tools", **environ) == []
    assert time.monotonic() - started < 20  # of which the machine takes most where it is busy
    for wrong in (
        {"QUANTCDN_HOST": "https://a.invalid"},
        {"QUANTCDN_HOST": "nonsense"},
        {"QUANTCDN_API_TOKEN": "bl anks"},
        {"QUANTCDN_ORGANIZATION": ""},
        {"XDG_CACHE_HOME": "/dev/null/x"},
    ):
        assert candidates("tools", **{**environ, **wrong}) == []
    assert candidates("--emulator", **environ) == candidates(**environ) == []
    assert candidates("tools", "--token-file", "-", **environ) == []


def test_a_cache_that_is_no_file_or_has_control_characters_offers_nothing(service: Emulator, tmp_path: Path) -> None:
    environ = {**access(service), "XDG_CACHE_HOME": str(tmp_path)}
    offered = candidates("tools", **environ)
    (path,) = (tmp_path / "quantcdn").iterdir()
    path.write_text(f"\x1b]52;c;aGk=\x07\n{offered[0]}\n$(touch x)\n")
    assert candidates("tools", **environ) == [offered[0]]
    path.unlink()
    os.mkfifo(path)
    assert candidates("tools", **environ) == []


def test_nobody_but_the_user_decides_what_a_shell_runs(service: Emulator, tmp_path: Path, folder: Path) -> None:
    service.add_fault(Fault(body=json.dumps({"tools": [EVIL, "-x", "a b", "ok"], "count": 4}).encode()), times=None)
    environ = {**access(service), "XDG_CACHE_HOME": str(tmp_path), "NO_PROXY": "*"}
    assert run("tools", "names", **environ).code == 0
    assert candidates("tools", **environ) == ["ok"]
    with asked_bash(folder, **environ, PATH=f"{BIN}:{os.environ['PATH']}") as ask:
        assert ask("quantcdn tools show ") == ["ok"]
    assert not (folder / "here" / "x").exists()
