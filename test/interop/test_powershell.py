"""The completion script for PowerShell is of its grammar, whatever a text of the help; no PowerShell has run it."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter
import tree_sitter_powershell

from docs.tools import completions
from quantcdn.cli.arguments import Parser
from quantcdn.cli.command_tree import command_of

TOOLS = ("tree-sitter-powershell",)


def parsed(script: str) -> tree_sitter.Node:
    language = tree_sitter.Language(tree_sitter_powershell.language())
    return tree_sitter.Parser(language).parse(script.encode()).root_node


def strings(node: tree_sitter.Node) -> Iterator[str]:
    """Yield the texts in single quotes."""
    if node.type == "verbatim_string_characters" and node.text is not None:
        yield node.text.decode()[1:-1].replace("''", "'")
    for child in node.children:
        yield from strings(child)


def test_the_script_has_all_commands_and_options() -> None:
    tree = parsed(completions.scripts()["quantcdn.powershell"])
    assert not tree.has_error
    assert {"quantcdn executions wait", "--exit-status", "candidates executions", "words 4.9 4.19"} <= {*strings(tree)}


def test_no_text_of_the_help_can_break_it() -> None:
    odd = 'it\'s [the] "odd": `one` $(two) $three @{four} #five'
    parser = Parser(prog="quantcdn")
    parser.add_commands({"odd": odd}, "nowhere")
    parser.commands["odd"].add_argument("--odd", choices=["left", "right"], help=odd)
    tree = parsed("\n".join(completions.SHELLS["powershell"](command_of(parser))))
    assert not tree.has_error
    assert [*strings(tree)].count(odd) == 2
