"""Write the pages of the command line, ``cli.md`` and the man page ``quantcdn.1``, from its parser.

``python docs/tools/cli.py`` writes them; with ``--check`` it names each page that is not current and exits 1.
"""

from __future__ import annotations

import argparse
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from quantcdn import __version__, cli
from quantcdn.cli import runner
from quantcdn.cli.command_tree import Argument, CommandNode, command_of
from quantcdn.configuration import HOST_VARIABLES, ORGANIZATION_VARIABLES, TOKEN_VARIABLES

PROGRAM = command_of(cli.parser(complete=True))
SETTINGS = "settings"
"""The title of the options that most commands share."""

ABOUT = """\
The command `quantcdn` lists an organisation's tools and executions, waits for executions, and saves their images.
It comes with the package. With the extra `cli`, a terminal shows coloured tables and live progress; nothing else
changes."""

FOUND = """\
An option wins over the environment, and the environment over the config file. `quantcdn doctor` shows which
settings are in force and where each came from. You can write the options before the command or after it.

There is no option for the token itself, since every user of a machine can read the command lines of all processes.
Use `--token-file` with a file that only you can read."""

FILE = "~/.config/quantcdn/config.toml"
OF_FILE = f"""\
`quantcdn login` asks for a token, tries it and writes the config file; `quantcdn config set` changes one line of
it. The file is `{FILE}`, or `quantcdn/config.toml` below `XDG_CONFIG_HOME`, or, on Windows, below `%APPDATA%`.
Except on Windows, it is refused if others can read it: `chmod 600 {FILE}`. Every line is optional:"""
CONFIG = """\
host = "https://dashboard.quantcdn.io"
token = "…"
organisation = "acme"
"""

OUTPUT = """\
Data goes to stdout, everything else to stderr. On a terminal, records are a table. In a pipe or a file, each record
is a line of fields separated by tabs, without a header, and nothing is truncated.

`--fields` chooses the fields. Two of them are computed: `age`, the seconds since the record was created, and, in
lists, `duration`, the seconds from created to completed. `--json` writes the response unchanged, `--ndjson` one
JSON object a line, and `--result` only the result of an execution or orchestration.

`--quiet` writes only errors to stderr. Only `quantcdn login` asks a question, and only on a terminal."""

MORE = """\
`python -m quantcdn` is the same command. `quantcdn --version` shows the version. For the help of a command, write
`quantcdn help` before it or `--help` after it."""

EXIT_CODES = {
    runner.FINE: "success; also if the reader of a pipe closes it early",
    runner.ERROR: "an error of the network, the service or the machine",
    runner.USAGE: "usage error: an option, an argument or a setting is invalid or missing",
    runner.NOT_FOUND: "not found or expired: executions and orchestrations are kept for 24 hours",
    runner.NOT_ALLOWED: "not allowed: the token is missing, wrong or expired, or not for this organisation",
    runner.FAILED: "an execution has failed; with `--exit-status` only",
    runner.TIMED_OUT: "the timeout of a wait has passed",
    runner.INTERRUPTED: "Ctrl-C",
}

ENVIRONMENT = {
    " or ".join(f"`{name}`" for name in TOKEN_VARIABLES): "the access token; the first that is set counts",
    " or ".join(f"`{name}`" for name in ORGANIZATION_VARIABLES): "the organisation",
    " or ".join(f"`{name}`" for name in HOST_VARIABLES): "the URL of the service, if not the public cloud",
    "`XDG_CONFIG_HOME`": "the folder of `quantcdn/config.toml`, if not `~/.config`",
    "`XDG_CACHE_HOME`": "the folder of `quantcdn/`, where names and identifiers for completion are, if not `~/.cache`",
    "`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`": "the proxy, and hosts that need none, as for curl",
    "`SSL_CERT_FILE`": "certificate authorities in PEM, in place of the system's",
    "`NO_COLOR`, `FORCE_COLOR`, `TERM=dumb`": "whether there are colours and live progress",
}

Rows = Iterable[tuple[str, str]]


def shared() -> list[Argument]:
    """List the options that most commands share."""
    found = {option: None for command in PROGRAM.walk() for option in command.options if option.group == SETTINGS}
    return list(found)


def own(command: CommandNode) -> list[Argument]:
    """List what a command alone takes; every command has --help."""
    return [a for a in command.arguments if a.group != SETTINGS and "--help" not in a.flags]


def written(argument: Argument) -> str:
    """Write how an option or an argument is given."""
    flags = ", ".join(argument.flags)
    return f"{flags} {argument.value}".strip()


def helped(argument: Argument) -> str:
    """Write what an option or an argument is for."""
    if all(choice in argument.help for choice in argument.choices):
        return argument.help
    return f"{argument.help}: {', '.join(argument.choices)}"


# Options and environment variables, where they stand in a text.
_NAME = re.compile(r"(?<![\w`-])(--[a-z][a-z-]*|[A-Z]+_[A-Z_]+)(?![\w`])")

# What Markdown, or a code host, would read as something else. What is in backquotes stays as it is.
_SPECIAL = re.compile(r"(`[^`]*`)|([\\*<>\[\]|~#])")


def marked(text: str) -> str:
    """Put options and environment variables in backquotes."""
    return _NAME.sub(r"`\1`", text)


def markdown(text: str) -> str:
    """Write a text of the help for Markdown."""
    text = marked(text)
    return _SPECIAL.sub(lambda found: found[1] or f"\\{found[2]}", text)


def table(head: str, rows: Rows) -> str:
    """Write a table."""
    lines = [f"{name} | {text}" for name, text in rows]
    return "\n".join(f"| {line} |" for line in (head, "--- | ---", *lines))


def arguments_table(arguments: Iterable[Argument]) -> str:
    """Write a table of options and arguments."""
    rows = [(f"`{written(argument)}`", markdown(helped(argument)).replace("\n", " ")) for argument in arguments]
    return table("Option | What it does", rows) if rows else ""


def anchor(name: str) -> str:
    """Write the anchor that a code host makes of a heading."""
    return name.replace(" ", "-")


def block(kind: str, text: str) -> str:
    """Write a block of code."""
    return f"```{kind}\n{text.rstrip()}\n```"


def command_section(command: CommandNode) -> Iterator[str]:
    """Write the section of a command."""
    yield f"{'#' * (command.name.count(' ') + 1)} {command.name}"
    yield block("text", command.usage)
    yield markdown(command.description)
    yield block("sh", "\n".join(command.examples)) if command.examples else ""
    yield arguments_table(own(command))
    if any(option.group == SETTINGS for option in command.options):
        yield "And the [settings](#settings)."
    yield markdown(command.epilog)


def leaves() -> list[CommandNode]:
    """List the commands that do something themselves."""
    return [command for command in PROGRAM.walk() if not command.commands]


def page() -> str:
    """Write the page for the code host and the site."""
    parts = [
        "<!-- docs/tools/cli.py writes this page from the parser; edit the help texts instead. -->",
        "# The command line",
        ABOUT,
        block("sh", "\n".join(PROGRAM.examples)),
        table(
            "Command | What it does",
            ((f"[`{c.name}`](#{anchor(c.name)})", markdown(c.summary)) for c in leaves()),
        ),
        MORE,
        "## Settings",
        FOUND,
        arguments_table(shared()),
        OF_FILE,
        block("toml", CONFIG),
        "## Environment",
        table("Variable | What it says", ENVIRONMENT.items()),
        "## Output",
        OUTPUT,
        "## Exit codes",
        table("Code | Meaning", ((f"{code}", text) for code, text in EXIT_CODES.items())),
        *(part for command in list(PROGRAM.walk())[1:] for part in command_section(command)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def roff(text: str) -> str:
    """Write a text for a man page: what is in backquotes in bold, nothing read as a request."""
    text = marked(text).replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", text)
    text = re.sub(r",(?=\w)", r",\:", text)  # a line may break there
    text = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def paragraphs(text: str) -> Iterator[str]:
    """Write a text of several paragraphs."""
    for paragraph in filter(None, text.split("\n\n")):
        yield from (".PP", roff(paragraph.strip()))


def tagged(rows: Rows) -> Iterator[str]:
    """Write a list of terms."""
    for name, text in rows:
        yield ".TP"
        yield roff(name)
        yield roff(text)


def tagged_arguments(arguments: Iterable[Argument]) -> Iterator[str]:
    """Write a list of options and arguments."""
    return tagged((f"`{written(argument)}`", helped(argument)) for argument in arguments)


def code(text: str) -> Iterator[str]:
    """Write lines as they are."""
    yield from (".PP", ".RS 4", ".nf", roff(text.rstrip()), ".fi", ".RE")


def manual_section(command: CommandNode) -> Iterator[str]:
    """Write a command's part of the man page."""
    yield f".SS {roff(command.usage)}"
    yield from paragraphs(command.description)
    yield from tagged_arguments(own(command))
    yield from paragraphs(command.epilog)
    if command.examples:
        yield from code("\n".join(command.examples))


UNDATED = "0000-00-00"


def manual() -> str:
    """Write the man page, without a date."""
    lines = [
        '.\\" docs/tools/cli.py writes this page from the parser; edit the help texts instead.',
        f'.TH QUANTCDN 1 {UNDATED} "quantcdn {__version__}"',
        ".nh",
        ".ad l",
        ".SH NAME",
        "quantcdn \\- a client for QuantCDN's AI tools API",
        ".SH SYNOPSIS",
        f".B {roff(PROGRAM.usage)}",
        ".SH DESCRIPTION",
        *paragraphs(ABOUT),
        *paragraphs(OUTPUT),
        ".SH COMMANDS",
        *(line for command in leaves() for line in manual_section(command)),
        ".SH SETTINGS",
        *paragraphs(FOUND),
        *tagged_arguments(shared()),
        ".SH ENVIRONMENT",
        *tagged(ENVIRONMENT.items()),
        ".SH FILES",
        *paragraphs(OF_FILE),
        *code(CONFIG),
        ".SH EXIT STATUS",
        *tagged((f"`{code}`", text) for code, text in EXIT_CODES.items()),
        ".SH EXAMPLES",
        *code("\n".join(PROGRAM.examples)),
    ]
    # Behind a heading, or twice, the request for a paragraph has no meaning.
    needless = re.compile(r"(?<=\n)((?:\.S[HS] .*|\.PP)\n)(?:\.PP\n)+")
    return needless.sub(r"\1", "\n".join(lines) + "\n")


def undated(text: str) -> str:
    """Take the date out of a man page."""
    return re.sub(r"(?m)^(\.TH \S+ \d) \S+", rf"\1 {UNDATED}", text)


def pages() -> Mapping[str, str]:
    """Write all pages, by their paths in the folder."""
    return {"cli.md": page(), "quantcdn.1": manual()}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write docs/cli.md and docs/quantcdn.1 from the parser.")
    parser.add_argument("--check", action="store_true", help="write nothing; name each page that is not current")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent.parent, help="where the pages are")
    given = parser.parse_args()
    stale = False
    for name, text in pages().items():
        path = given.folder / name
        # The date of a man page is that of its last change.
        if path.is_file() and undated(path.read_text(encoding="utf-8")) == text:
            continue
        stale = True
        if given.check:
            print(f"not current: {path}")
        else:
            today = datetime.datetime.now(datetime.UTC).date().isoformat()
            path.write_text(text.replace(UNDATED, today), encoding="utf-8", newline="\n")
    return 1 if stale and given.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
