"""Where the command line takes host, token and organisation from."""

from __future__ import annotations

import argparse
import fcntl
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quantcdn import cli
from quantcdn.cli.config_file import read_config, write_config
from quantcdn.cli.settings import Setting, settings
from quantcdn.emulator import Emulator
from test.helpers.process import run, terminal, until

KEYS = ("QUANTCDN_API_TOKEN", "QUANTCDN_HOST", "QUANTCDN_ORGANIZATION")


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "quantcdn" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_file_of_settings_is_enough(tmp_path: Path) -> None:
    with Emulator(token="mine", organisation="acme") as service:
        write(tmp_path, f'host = "{service.url}"\ntoken = "mine"\norganisation = "acme"\n')
        by_variable = run("tools", "names", XDG_CONFIG_HOME=str(tmp_path))
        write(tmp_path / ".config", f'host = "{service.url}"\ntoken = "mine"\norganization = "acme"\n')
        by_home = run("tools", "names", HOME=str(tmp_path), XDG_CONFIG_HOME="relative")
    assert (by_variable.code, by_variable.err) == (0, "")
    assert (by_home.code, by_home.err) == (0, "")


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    with Emulator(token="mine", organisation="acme") as service, Emulator() as other:
        write(tmp_path, f'host = "{other.url}"\ntoken = "filed"\norganisation = "filed"\n')
        known = {"XDG_CONFIG_HOME": str(tmp_path), "QUANTCDN_API_TOKEN": "mine", "QUANTCDN_ORGANIZATION": "acme"}
        assert run("tools", "names", **known, QUANTCDN_HOST=service.url).code == 0
        assert run("tools", "names", "--host", service.url, **known, QUANTCDN_HOST=other.url).code == 0
        assert run("tools", "names", "--host", service.url, "--organisation", "b", **known).code == 4
        assert run("tools", "names", **known).code == 4
        assert [len(service.requests), len(other.requests)] == [3, 1]


def test_the_second_names_of_the_environment_are_read(tmp_path: Path) -> None:
    with Emulator(token="mine", organisation="acme") as service:
        first = {"QUANT_BASE_URL": service.url, "QUANT_ORGANISATION": "acme"}
        assert run("tools", "names", **first, QUANT_API_TOKEN="mine").code == 0
        assert run("tools", "names", **first, BEARER_TOKEN="mine").code == 0
        assert run("tools", "names", **first, QUANTCDN_API_TOKEN="mine", BEARER_TOKEN="wrong").code == 0


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o602])
def test_a_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, 'token = "s3cret"\n', mode)
    done = run("tools", "names", XDG_CONFIG_HOME=str(tmp_path), QUANTCDN_API_TOKEN="x", QUANTCDN_ORGANIZATION="acme")
    assert (done.code, done.out) == (2, "")
    assert f"chmod 600 {path}" in done.err
    assert "s3cret" not in done.err
    path.chmod(0o400)
    assert "chmod" not in run("tools", "names", XDG_CONFIG_HOME=str(tmp_path)).err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("token = s3cret\n", "is not TOML: Invalid value (at line 1, column"),
        ('token = "s3cret', "is not TOML: "),
        ('tokne = "s3cret"\n', "has an unknown key 'tokne': it takes host, token and organisation"),
        ('"\\u001b[31m" = "s3cret"\n', "unknown key '\\x1b[31m'"),
        ("host = 1\n", 'host must be text in quotes, such as host = "…"'),
        ('organisation = ""\n', "organisation must be text"),
        ('organisation = "a"\norganization = "b"\n', "leave one out"),
        ('[profile]\ntoken = "s3cret"\n', "unknown key 'profile'"),
        ('host = "ftp://x"\ntoken = "s3cret"\norganisation = "a"\n', "config.toml: host must be https://"),
        ('token = "s3 cret"\norganisation = "a"\n', "config.toml: access_token has blanks"),
    ],
)
def test_a_file_with_mistakes_is_told_without_what_is_in_it(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    done = run("tools", "names", XDG_CONFIG_HOME=str(tmp_path))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "s3" not in done.err
    assert done.err.count("\n") == 1


def test_a_file_that_is_no_text_or_no_file_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xff\xfe")
    assert "not text in UTF-8" in run("tools", "names", XDG_CONFIG_HOME=str(tmp_path)).err
    path.unlink()
    path.mkdir()
    assert "Is a directory" in run("tools", "names", XDG_CONFIG_HOME=str(tmp_path)).err


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "no organisation: give --organisation NAME, set QUANTCDN_ORGANIZATION, or run 'quantcdn config set "),
        ({"QUANTCDN_ORGANIZATION": " "}, "environment QUANTCDN_ORGANIZATION: organisation is blank"),
        (
            {"QUANTCDN_ORGANIZATION": "a"},
            "no access token: set QUANTCDN_API_TOKEN, give --token-file FILE, or run 'quantcdn login', which keeps one "
            "in /somewhere/.config/quantcdn/config.toml",
        ),
        ({"QUANTCDN_ORGANIZATION": "a", "BEARER_TOKEN": "a b"}, "environment BEARER_TOKEN: access_token has blanks"),
        (
            {"QUANTCDN_ORGANIZATION": "a", "BEARER_TOKEN": "a", "QUANT_BASE_URL": "x"},
            "environment QUANT_BASE_URL: host must be https://",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told_with_where_it_would_come_from(environ: dict[str, str], said: str) -> None:
    done = run("executions", "list", HOME="/somewhere", **environ)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_token_can_come_from_a_file_or_from_stdin(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("  Bearer mine\n\n")
    file.chmod(0o600)
    with Emulator(token="mine") as service:
        where = {"QUANTCDN_HOST": service.url, "QUANTCDN_ORGANIZATION": "acme", "QUANTCDN_API_TOKEN": "wrong"}
        assert run("tools", "names", "--token-file", str(file), **where).code == 0
        assert run("tools", "names", "--token-file", "-", stdin="mine\n", **where).code == 0
        identifier = service.start_execution("calculate", pending=0, running=0)
        both = run("executions", "wait", "-", "--token-file", "-", stdin=f"mine\n{identifier}\n", **where)
        assert both.out.startswith(identifier)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"", "it is empty"), (b" \n", "it is empty"), (b"\xff", "no text")]
)
def test_a_token_file_that_cannot_be_used_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    done = run("tools", "names", "--token-file", str(file), QUANTCDN_ORGANIZATION="a")
    assert done.code == 2
    assert f"--token-file {file}: " in done.err
    assert said in done.err


def test_there_is_no_flag_that_would_show_the_token_in_the_list_of_processes() -> None:
    assert run("tools", "names", "--token", "x").code == 2


def test_the_local_service_takes_no_token_of_others_and_no_host() -> None:
    assert run("tools", "names", "--emulator", "--host", "https://a.example").code == 2
    assert "makes its own token" in run("tools", "names", "--emulator", "--token-file", "x").err
    # It heeds neither the environment nor the file, so that nothing of them can be in its way.
    assert run("tools", "names", "--emulator", QUANTCDN_HOST="nonsense", QUANTCDN_API_TOKEN="a b").code == 0


def found(monkeypatch: pytest.MonkeyPatch, *words: str, **environ: str) -> argparse.Namespace:
    for name in (*KEYS, "QUANT_API_TOKEN", "BEARER_TOKEN", "QUANT_BASE_URL", "QUANT_ORGANISATION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return cli.parser().parse_args(["tools", "names", *words])


def test_each_setting_says_where_it_was_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = write(tmp_path, 'token = "s3cret"\n')
    arguments = found(
        monkeypatch, "--host", "https://a.example", XDG_CONFIG_HOME=str(tmp_path), QUANTCDN_ORGANIZATION="acme"
    )
    chosen = settings(arguments)
    assert chosen.host == Setting("https://a.example", "--host")
    assert chosen.organisation == Setting("acme", "environment QUANTCDN_ORGANIZATION")
    assert chosen.token == Setting("s3cret", str(path))
    assert "s3cret" not in repr(chosen)
    nothing = settings(found(monkeypatch, XDG_CONFIG_HOME="/nowhere", QUANTCDN_ORGANIZATION=""))
    assert nothing.host == Setting("https://dashboard.quantcdn.io", "default")
    assert nothing.token == nothing.organisation == Setting(None, "")


# login and config


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("words", "stdin", "code", "said"),
    [
        ([], "", 2, "no token was given; make one in the QuantCDN dashboard, under Profile, API Tokens"),
        ([], "bl anks\n", 2, "the token: access_token has blanks"),
        ([], "other\n", 4, "401"),
        (["--organisation", "theirs"], "mine\n", 4, "403"),
        (["--token-file", "/nonexistent"], "mine\n", 2, "No such file"),
        (["--emulator"], "mine\n", 2, "not allowed with argument --host"),
    ],
)
def test_a_login_that_fails_keeps_nothing(tmp_path: Path, words: list[str], stdin: str, code: int, said: str) -> None:
    path = write(tmp_path, 'token = "before"\n')
    with Emulator(token="mine", organisation="acme") as service:
        known = ["--host", service.url, "--organisation", "acme", *words]
        done = run("login", *known, stdin=stdin, XDG_CONFIG_HOME=str(tmp_path))
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert path.read_text() == 'token = "before"\n'
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_login_from_stdin_is_tried_and_kept_for_nobody_else(tmp_path: Path) -> None:
    with Emulator(token="m1ne", organisation="acme") as service:
        known = ["--host", service.url, "--organisation", "acme"]
        done = run("login", *known, stdin="Bearer m1ne\n", XDG_CONFIG_HOME=str(tmp_path))
        assert (done.code, done.out) == (0, ""), done.err
        path = tmp_path / "quantcdn" / "config.toml"
        assert done.err == f"The token may use acme at {service.url}; it is kept in {path}\n"
        assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)
        assert len(service.requests) == 1
        assert run("tools", "names", XDG_CONFIG_HOME=str(tmp_path)).code == 0
        again = run("login", "-q", stdin="m1ne\n", XDG_CONFIG_HOME=str(tmp_path), QUANTCDN_API_TOKEN="else")
    assert again.code == 0
    assert "QUANTCDN_API_TOKEN is set in the environment, and is used in place of the token" in again.err
    assert "m1ne" not in done.err + again.err


def test_a_login_asks_a_person_and_shows_no_token(tmp_path: Path) -> None:
    with Emulator(token="m1ne", organisation="acme") as service:
        with terminal("login", "--host", service.url, XDG_CONFIG_HOME=str(tmp_path)) as shown:
            until(lambda: "Organisation: " in shown.shown)
            shown.type("acme\n")
            until(lambda: "Token (it is not shown): " in shown.shown)
            shown.type("m1ne\n")
            assert shown.end() == 0
    assert "is made in the QuantCDN dashboard, under Profile, API Tokens" in shown.shown.replace("\r\n", "")
    assert "m1ne" not in shown.shown
    assert 'token = "' in (tmp_path / "quantcdn" / "config.toml").read_text()


def test_ctrl_c_at_the_prompt_ends_with_130(tmp_path: Path) -> None:
    with terminal("login", "--organisation", "acme", XDG_CONFIG_HOME=str(tmp_path)) as shown:
        until(lambda: "Token (it is not shown): " in shown.shown)
        shown.process.send_signal(signal.SIGINT)
        assert shown.end() == 130
    assert "Traceback" not in shown.shown
    assert shown.shown.endswith("\r\n")  # below which the shell's prompt stands
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["get", "hots"], 2, "did you mean host?"),
        (["get", "host"], 3, "has no host"),
        (["set", "token", "s3cret"], 2, "or run 'quantcdn login'"),
        (["set", "token", "-"], 2, "stdin has no value"),
        (["set", "host", "ftp://x"], 2, "host must be https://"),
        (["set", "organisation", ".."], 2, "organisation cannot be '..'"),
        (["set", "organisation"], 2, "required: VALUE"),
        (["--host", "https://x", "get"], 2, "quantcdn config get"),
    ],
)
def test_wrong_input_for_the_config_file_changes_nothing(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = run("config", *words, XDG_CONFIG_HOME=str(tmp_path))
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert not list(tmp_path.iterdir())


def test_the_config_file_is_shown_without_its_token_and_changed_line_by_line(tmp_path: Path) -> None:
    def config(*words: str, stdin: str = "") -> str:
        done = run("config", *words, stdin=stdin, XDG_CONFIG_HOME=str(tmp_path))
        assert (done.code, done.err) == (0, "")
        return done.out

    path = tmp_path / "quantcdn" / "config.toml"
    assert config("path") == f"{path}\n"
    assert config("get") == ""
    config("set", "organisation", "acme")
    assert (path.read_text(), mode_of(path)) == ('organisation = "acme"\n', 0o600)
    write(tmp_path, '# mine\norganization = "acme" # ours\nhost="https://a.example"')
    config("set", "organisation", 'Ä "b" \\ c')
    config("set", "token", "-", stdin="s3cret\n")
    assert path.read_text() == (
        '# mine\norganisation = "Ä \\"b\\" \\\\ c"\nhost="https://a.example"\ntoken = "s3cret"\n'
    )
    assert config("get") == 'host\thttps://a.example\norganisation\tÄ "b" \\ c\ntoken\t********\n'
    assert config("get", "token") == "********\n"
    config("set", "host", "")
    assert config("get", "organisation") == 'Ä "b" \\ c\n'
    assert "host" not in path.read_text()


def test_a_config_file_that_others_can_read_or_that_no_command_can_change_is_left_as_it_is(tmp_path: Path) -> None:
    text = 'organisation = """\nacme"""\n'
    path = write(tmp_path, text)
    done = run("config", "set", "organisation", "other", XDG_CONFIG_HOME=str(tmp_path))
    assert done.code == 2
    assert path.read_text() == text
    path.chmod(0o644)
    done = run("config", "set", "host", "https://a.example", XDG_CONFIG_HOME=str(tmp_path))
    assert (done.code, f"chmod 600 {path}" in done.err) == (2, True)
    assert path.read_text() == text


def test_a_link_to_the_config_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    (tmp_path / "mine.toml").chmod(0o600)
    (tmp_path / "quantcdn").mkdir()
    link = tmp_path / "quantcdn" / "config.toml"
    link.symlink_to(tmp_path / "mine.toml")
    assert run("config", "set", "organisation", "acme", XDG_CONFIG_HOME=str(tmp_path)).code == 0
    assert link.is_symlink()
    assert (tmp_path / "mine.toml").read_text() == 'organisation = "acme"\n'


def test_a_link_that_leads_to_itself_is_wrong_usage(tmp_path: Path) -> None:
    link = tmp_path / "quantcdn" / "config.toml"
    link.parent.mkdir()
    link.symlink_to(link)
    done = run("config", "set", "organisation", "acme", XDG_CONFIG_HOME=str(tmp_path))
    assert (done.code, done.out) == (2, "")
    assert "Too many levels of symbolic links" in done.err
    assert "Traceback" not in done.err


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path = write(tmp_path, '\ufefforganisation = "acme"\n')
    assert run("config", "get", "organisation", XDG_CONFIG_HOME=str(tmp_path)).out == "acme\n"
    assert run("config", "set", "token", "-", stdin="\ufeffm1ne\n", XDG_CONFIG_HOME=str(tmp_path)).code == 0
    assert path.read_text() == 'organisation = "acme"\ntoken = "m1ne"\n'
    with Emulator(token="m1ne", organisation="acme") as service:
        known = ["tools", "names", "--host", service.url]
        file = write(tmp_path / "token", "\ufeffm1ne\n")
        for source, stdin in ((str(file), ""), ("-", "\ufeffm1ne\n")):
            done = run(*known, "--token-file", source, stdin=stdin, XDG_CONFIG_HOME=str(tmp_path))
            assert (done.code, done.err) == (0, "")


def test_no_change_of_the_config_file_is_lost_where_another_command_changes_it_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"

    def change(key: str) -> None:
        for number in range(200):
            write_config(path, {key: f"https://{number}"})
            assert read_config(path)[key] == f"https://{number}"

    with ThreadPoolExecutor() as pool:
        list(pool.map(change, ["host", "organisation"]))
    assert path.read_text().count("https://199") == 2
    assert mode_of(tmp_path / ".config.toml.lock") == 0o600


def test_a_config_file_that_another_command_keeps_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, 'organisation = "acme"\n')
    with (path.parent / ".config.toml.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        done = run("config", "set", "host", "https://x.example", XDG_CONFIG_HOME=str(tmp_path))
    assert (done.code, done.err) == (1, f"quantcdn: {path}: another command is changing it; try again\n")
    assert path.read_text() == 'organisation = "acme"\n'
