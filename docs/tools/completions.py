"""Write the completion scripts ``quantcdn/cli/completions/quantcdn.*`` from the parser of the command line.

``python docs/tools/completions.py`` writes them; with ``--check`` it names each script that is not current and exits 1.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from quantcdn import cli
from quantcdn._portability import quoted_for_powershell
from quantcdn.cli.command_tree import Argument, CommandNode, command_of

FOLDER = Path(cli.__file__).parent / "completions"


def _quoted(text: str) -> str:
    """Quote a text for bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _patterns(texts: list[str]) -> str:
    return " | ".join(map(_quoted, texts))


def _names(command: CommandNode) -> list[str]:
    """List the names of all commands but the program itself."""
    return [below.name for below in command.walk()][1:]


def _with_value(command: CommandNode) -> list[str]:
    """List the options that a value follows, each behind its command."""
    return [
        f"{below.name} {flag}"
        for below in command.walk()
        for option in below.options
        if option.value
        for flag in option.flags
    ]


def _long(option: Argument) -> str:
    """Choose the way of writing an option that says most."""
    return max(option.flags, key=len)


_BASH = """\
# bash completion for quantcdn, written by docs/tools/completions.py from its parser
_quantcdn() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command=quantcdn option= word
    local words= options= paths= candidates=
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        if [[ $word == '=' ]]; then
            continue # bash takes --option=value for three words
        elif [[ -n $option ]]; then
            option=
        else
            case "$command $word" in
            {commands}) command+=" $word" ;;
            {options}) option=$word ;;
            esac
        fi
    done
    if [[ $current == '=' ]]; then current=; fi
    COMPREPLY=()
    case "$command $option" in"""

_BASH_END = """\
    esac
    if [[ -n $candidates && $current != -* ]]; then
        # compgen would expand words from outside as it does those of a command line.
        while read -r word; do
            if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
        done < <(command "${COMP_WORDS[0]}" __complete "$candidates" "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2> /dev/null)
    elif [[ -n $paths ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -A "$paths" -- "$current")
    else
        if [[ $current == -* || -z $words ]]; then words=$options; fi
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
}
complete -F _quantcdn quantcdn"""


def _bash(program: CommandNode) -> Iterator[str]:
    yield _BASH.format(commands=_patterns(_names(program)), options=_patterns(_with_value(program)))
    for command in program.walk():
        for option in command.options:
            if found := _bash_values(option):
                patterns = _patterns([f"{command.name} {flag}" for flag in option.flags])
                yield f"    {patterns}) {found} ;;"
        values = [found for argument in command.positionals if (found := _bash_values(argument))]
        words = [below.word for below in command.commands]
        found = " ".join(values or [f"words={_quoted(' '.join(words))}"])
        yield f"    {_quoted(command.name + ' ')}) {found} options={_quoted(' '.join(map(_long, command.options)))} ;;"
    yield _BASH_END


def _bash_values(argument: Argument) -> str:
    if argument.choices:
        return f"words={_quoted(' '.join(argument.choices))}"
    if argument.candidates:
        return f"candidates={argument.candidates}"
    return "paths=file" if argument.is_file else "paths=directory" if argument.is_folder else ""


_ZSH_CANDIDATES = """\
_quantcdn_candidates() {
    local -a candidates=(${(f)"$(command quantcdn __complete $1 ${words[2,CURRENT-1]} 2> /dev/null)"})
    compadd -a candidates
}"""

_ZSH_END = """\
if [[ $funcstack[1] == _quantcdn ]]; then
    _quantcdn "$@" # found on fpath, this file is the function's body
else
    compdef _quantcdn quantcdn
fi"""


def _zsh(program: CommandNode) -> Iterator[str]:
    yield "#compdef quantcdn"
    yield "# zsh completion for quantcdn, written by docs/tools/completions.py from its parser"
    yield _ZSH_CANDIDATES
    for command in program.walk():
        yield f"{_zsh_function(command)}() {{"
        yield from _zsh_group(command) if command.commands else _zsh_leaf(command)
        yield "}"
    yield _ZSH_END


def _zsh_function(command: CommandNode) -> str:
    return "_" + command.name.replace(" ", "_")


def _zsh_leaf(command: CommandNode) -> Iterator[str]:
    yield " \\\n".join(["    _arguments", *_zsh_arguments(command)])


def _zsh_group(command: CommandNode) -> Iterator[str]:
    described = " ".join(_quoted(f"{below.word}:{below.summary}") for below in command.commands)
    yield "    local context state state_descr line"
    yield "    typeset -A opt_args"
    yield f"    local -a commands=({described})"
    words = ["        '1: :->command'", "        '*:: :->arguments' && return"]
    yield " \\\n".join(["    _arguments -C", *_zsh_arguments(command), *words])
    yield "    case $state in"
    yield "    command) _describe -t commands command commands ;;"
    yield "    arguments)"
    yield "        case $line[1] in"
    for below in command.commands:
        yield f"        {below.word}) {_zsh_function(below)} ;;"
    yield "        esac ;;"
    yield "    esac"


def _zsh_arguments(command: CommandNode) -> Iterator[str]:
    for option in command.options:
        others = f"({' '.join(option.flags)})" if len(option.flags) > 1 else ""
        for flag in option.flags:
            # With "=", the value may follow as a word of its own, or behind an equals sign.
            takes = ("=" if flag.startswith("--") else "+") if option.value else ""
            yield f"        {_quoted(f'{others}{flag}{takes}[{_zsh_escaped(option.help)}]{_zsh_value(option)}')}"
    for number, argument in enumerate(command.positionals, start=1):
        place = "*" if argument.is_repeated else number
        yield f"        {_quoted(f'{place}{_zsh_value(argument)}')}"


def _zsh_value(argument: Argument) -> str:
    if not argument.value:
        return ""
    # With an empty action, which says the same, zsh offers no options beside an argument without a name.
    action = f"_message {argument.value}"
    if argument.choices:
        action = f"({' '.join(argument.choices)})"
    elif argument.candidates:
        action = f" _quantcdn_candidates {argument.candidates}"  # the blank keeps _arguments from adding options
    elif argument.is_file or argument.is_folder:
        action = "_files" if argument.is_file else "_files -/"
    return f":{_zsh_escaped(argument.value)}:{action}"


def _zsh_escaped(text: str) -> str:
    """Write a text so that _arguments takes no part of it for its own."""
    for character in "\\[]:":
        text = text.replace(character, f"\\{character}")
    return text


_FISH = """\
# fish completion for quantcdn, written by docs/tools/completions.py from its parser
function __quantcdn_at --description 'Say whether the words so far name this command'
    set -l words (commandline -opc)
    set -l command quantcdn
    for word in $words[2..]
        if contains -- "$command $word" {commands}
            set command "$command $word"
        end
    end
    test "$command" = "$argv"
end
function __quantcdn_candidates --description 'List names of tools or identifiers'
    command -q quantcdn; or return
    set -l words (commandline -opc)
    command quantcdn __complete $argv $words[2..] 2> /dev/null
end
complete -c quantcdn -f"""


def _fish(program: CommandNode) -> Iterator[str]:
    yield _FISH.format(commands=" ".join(map(_fish_quoted, _names(program))))
    for command in program.walk():
        start = f"complete -c quantcdn -n {_fish_quoted(f'__quantcdn_at {command.name}')}"
        for below in command.commands:
            yield f"{start} -a {below.word} -d {_fish_quoted(below.summary)}"
        for option in command.options:
            flags = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags)
            value = f" -r {_fish_value(option)}" if option.value else ""
            yield f"{start} {flags}{value} -d {_fish_quoted(option.help)}"
        for argument in command.positionals:
            if _fish_value(argument) != "-f":
                yield f"{start} {_fish_value(argument)} -d {_fish_quoted(argument.help)}"


def _fish_value(argument: Argument) -> str:
    if argument.choices:
        return f"-f -a {_fish_quoted(' '.join(argument.choices))}"
    if argument.candidates:
        return f"-f -a '(__quantcdn_candidates {argument.candidates})'"
    if argument.is_folder:
        return "-f -a '(__fish_complete_directories)'"
    return "-F" if argument.is_file else "-f"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_POWERSHELL = """\
# PowerShell completion for quantcdn, written by docs/tools/completions.py from its parser
Register-ArgumentCompleter -Native -CommandName quantcdn -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Of each command: what may follow it, its options, and what an argument or the value of an option is.
    $commands = @{"""

_POWERSHELL_END = """\
    }
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text.Trim([char[]] @("'", '"')) })
    $command = 'quantcdn'
    $option = ''
    foreach ($word in $before) {
        if ($option) { $option = '' }
        elseif ($commands[$command].Follows.ContainsKey($word)) { $option = $word }
        elseif ($commands.ContainsKey("$command $word")) { $command = "$command $word" }
    }
    $start = "$wordToComplete"
    $joined = ''
    $is_joined = $start -match '^(--[a-z-]+)=(.*)$'
    if (-not $option -and $is_joined -and $commands[$command].Follows.ContainsKey($Matches[1])) {
        $option = $Matches[1]
        $start = $Matches[2]
        $joined = "$option="
    }
    $described = @{}
    $takes = $commands[$command].Takes
    if ($option) {
        $takes = $commands[$command].Follows[$option]
    } elseif ($commands[$command].Words.Count) {
        $described = $commands[$command].Words
    }
    if (-not $option -and ($start.StartsWith('-') -or -not ($takes -or $described.Count))) {
        $described = $commands[$command].Options
        $takes = ''
    }
    $kind, $words = "$takes" -split ' '
    if ($kind -eq 'candidates') {
        $words = @(& quantcdn __complete $words @before 2> $null)
    } elseif ($kind -ne 'words') {
        $words = @($described.Keys) # none for a path: PowerShell then completes files and folders by itself
    }
    foreach ($word in $words) {
        if (-not $word.StartsWith($start)) { continue }
        $text = if ($word -match '^[\\w./:-]+$') { $word } else { "'$word'" }
        $help = if ($described[$word]) { $described[$word] } else { $word }
        [System.Management.Automation.CompletionResult]::new("$joined$text", $word, 'ParameterValue', $help)
    }
}"""


def _powershell(program: CommandNode) -> Iterator[str]:
    yield _POWERSHELL
    for command in program.walk():
        words = {below.word: below.summary for below in command.commands}
        options = {_long(option): option.help for option in command.options}
        valued = [option for option in command.options if option.value]
        values = {flag: _powershell_value(option) for option in valued for flag in option.flags}
        takes = next(filter(None, map(_powershell_value, command.positionals)), "")
        yield f"        {quoted_for_powershell(command.name)} = @{{"
        for name, table in (("Words", words), ("Options", options), ("Follows", values)):
            yield f"            {name} = {'[ordered]' if name != 'Follows' else ''}@{{"
            for key, text in table.items():
                yield f"                {quoted_for_powershell(key)} = {quoted_for_powershell(text)}"
            yield "            }"
        yield f"            Takes = {quoted_for_powershell(takes)}"
        yield "        }"
    yield _POWERSHELL_END


def _powershell_value(argument: Argument) -> str:
    if argument.choices:
        return f"words {' '.join(argument.choices)}"
    if argument.candidates:
        return f"candidates {argument.candidates}"
    return "path" if argument.is_file or argument.is_folder else ""


SHELLS: Mapping[str, Callable[[CommandNode], Iterator[str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
}


def scripts() -> Mapping[str, str]:
    """Write all scripts, by their names in the folder."""
    program = command_of(cli.parser(complete=True))
    return {f"quantcdn.{shell}": "\n".join(write(program)) + "\n" for shell, write in SHELLS.items()}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write the completion scripts from the parser of the command line.")
    parser.add_argument("--check", action="store_true", help="write nothing; name each script that is not current")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the scripts are")
    given = parser.parse_args()
    stale = False
    for name, text in scripts().items():
        path = given.folder / name
        if path.is_file() and path.read_bytes() == text.encode():
            continue
        stale = True
        if given.check:
            print(f"not current: {path}")
        else:
            path.write_bytes(text.encode())
    return 1 if stale and given.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
