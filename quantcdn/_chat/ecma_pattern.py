"""Parse regular expressions of ECMA-262, as JSON Schema has them; Python's ``re`` reads another language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

Predicate = Callable[[str], bool]


class PatternError(ValueError):
    """A pattern is not one of ECMA-262."""


class UnsupportedPatternError(PatternError):
    """A pattern asks for what cannot be matched here."""


# The nodes have the names of the grammar, https://tc39.es/ecma262/#sec-patterns. None equals another, so that each has
# masks of its own.


@dataclass(frozen=True, slots=True, eq=False)
class Character:
    """One character that passes a test."""

    test: Predicate


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """One term after the other."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Disjunction:
    """Any of several alternatives."""

    alternatives: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Quantified:
    """An atom several times; ``maximum`` is None for any number of times."""

    atom: Node
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """The start (``^``), the end (``$``), a boundary of a word (``b``), or none (``B``)."""

    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Lookaround:
    """What has to follow, or to precede, without being a part of the match."""

    node: Node
    ahead: bool
    negated: bool


Node = Character | Alternative | Disjunction | Quantified | Boundary | Lookaround

_LINE_TERMINATORS = "\n\r\u2028\u2029"
_BLANKS = frozenset(
    "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
)
WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_SETS: dict[str, Predicate] = {
    "d": frozenset("0123456789").__contains__,
    "w": WORD.__contains__,
    "s": _BLANKS.__contains__,
}
_MOST_DIGITS = 9  # a text is never longer, so that a larger number means the same

# A question mark behind a quantifier makes it lazy: the match is another, whether there is one is not.
_QUANTIFIER = re.compile(r"(?:([*+?])|\{([0-9]+)(,([0-9]*))?\})\??")
_QUANTIFIER_SIGNS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_GROUP = re.compile(r"\?(?:(?P<lookaround><?[=!])|:|<(?P<name>[^>]*)>)")
_HEX = "[0-9a-fA-F]"
_CODE_POINT = re.compile(
    rf"u(?P<high>[dD][89abAB]{_HEX}{{2}})\\u(?P<low>[dD][c-fC-F]{_HEX}{{2}})"
    rf"|x(?P<two>{_HEX}{{2}})|u(?P<four>{_HEX}{{4}})|u\{{(?P<any>{_HEX}+)\}}"
)
_CONTROL_LETTER = re.compile(r"c([A-Za-z])")
_NULL = re.compile(r"0(?![0-9])")
_PROPERTY = re.compile(r"([pP])\{([^}]*)\}")

# General categories by the long names that a pattern may use, https://tc39.es/ecma262/#table-unicode-general-category-values
_CATEGORIES = {
    "Letter": "L", "Cased_Letter": "LC", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
    "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn",
    "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd", "digit": "Nd",
    "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc",
    "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi",
    "Final_Punctuation": "Pf", "Other_Punctuation": "Po", "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc",
    "Modifier_Symbol": "Sk", "Other_Symbol": "So", "Separator": "Z", "Space_Separator": "Zs", "Line_Separator": "Zl",
    "Paragraph_Separator": "Zp", "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs",
    "Private_Use": "Co", "Unassigned": "Cn",
}  # fmt: skip


def parse(pattern: str) -> Node:
    r"""Parse a pattern with the flag ``u``; what cannot be mistaken is taken too: ``\-``, a lone brace, ``[\w-.]``."""
    parser = _Parser(pattern)
    try:
        node = parser.disjunction()
    except RecursionError:
        raise UnsupportedPatternError("its groups are nested too deeply") from None
    if parser.position < len(pattern):
        raise PatternError("a parenthesis closes no group")
    return node


class _Parser:
    """Reads a pattern from its start to its end."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0

    def peek(self) -> str:
        """Return the next character, or nothing at the end."""
        return self.pattern[self.position : self.position + 1]

    def take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """Consume what an expression matches here."""
        found = expression.match(self.pattern, self.position)
        self.position = found.end() if found else self.position
        return found

    def take_text(self, text: str) -> bool:
        """Consume a text if it is next."""
        found = self.pattern.startswith(text, self.position)
        self.position += len(text) * found
        return found

    def take_character(self, missing: str) -> str:
        """Consume one character."""
        char = self.peek()
        if not char:
            raise PatternError(missing)
        self.position += 1
        return char

    def disjunction(self) -> Node:
        """Parse alternatives with bars between."""
        alternatives = [self.alternative()]
        while self.take_text("|"):
            alternatives.append(self.alternative())
        return alternatives[0] if len(alternatives) == 1 else Disjunction(tuple(alternatives))

    def alternative(self) -> Node:
        """Parse terms, up to a bar or the end of the group."""
        terms: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            terms.append(self.quantified(self.atom()))
        return terms[0] if len(terms) == 1 else Alternative(tuple(terms))

    def quantified(self, atom: Node) -> Node:
        """Parse how often an atom comes."""
        bounds = self.quantifier()
        if bounds is None:
            return atom
        # A lookahead may be repeated (annex B.1.2), a lookbehind may not.
        if isinstance(atom, Boundary) or (isinstance(atom, Lookaround) and not atom.ahead) or self.quantifier():
            raise PatternError("nothing can be repeated before a quantifier")
        return Quantified(atom, *bounds)

    def quantifier(self) -> tuple[int, int | None] | None:
        """Parse a quantifier, if there is one."""
        found = self.take(_QUANTIFIER)
        if found is None:
            return None
        sign, digits, comma, more = found.groups()
        if sign:
            return _QUANTIFIER_SIGNS[sign]
        minimum = _number(digits)
        maximum = minimum if comma is None else _number(more) if more else None
        if maximum is not None and maximum < minimum:
            raise PatternError("a quantifier has its numbers in the wrong order")
        return minimum, maximum

    def atom(self) -> Node:
        """Parse one character, class, group or boundary."""
        if self.quantifier():
            raise PatternError("nothing can be repeated before a quantifier")
        char = self.take_character("")
        if char in "^$":
            return Boundary(char)
        if char == "(":
            return self.group()
        if char == "[":
            return Character(self.character_class())
        if char == ".":
            return Character(lambda c: c not in _LINE_TERMINATORS)
        if char != "\\":
            return Character(char.__eq__)
        for kind in "bB":
            if self.take_text(kind):
                return Boundary(kind)
        found = self.escape()
        return Character(found.__eq__ if isinstance(found, str) else found)

    def group(self) -> Node:
        """Parse a group, behind its parenthesis."""
        mark = self.take(_GROUP)
        name = mark and mark["name"]
        is_name = name is None or name.replace("$", "_").isidentifier()
        if not is_name or (mark is None and self.peek() == "?"):
            raise PatternError("a group begins with a mark that ECMA-262 does not know")
        node = self.disjunction()
        if not self.take_text(")"):
            raise PatternError("a group has no end")
        if mark is None or mark["lookaround"] is None:
            return Alternative((node,))  # which may be repeated, whatever it holds
        return Lookaround(node, ahead="<" not in mark["lookaround"], negated="!" in mark["lookaround"])

    def character_class(self) -> Predicate:
        """Parse a class, behind its bracket."""
        negated = self.take_text("^")
        singles: set[str] = set()
        tests: list[Predicate] = []
        while not self.take_text("]"):
            first = self.class_atom()
            position = self.position
            last = self.class_atom() if self.take_text("-") and self.peek() != "]" else None
            if isinstance(first, str) and isinstance(last, str):
                tests.append(_between(first, last))
                continue
            self.position = position  # the hyphen, if there is one, stands for itself
            if isinstance(first, str):
                singles.add(first)
            else:
                tests.append(first)
        return _any_of(singles, tests, negated)

    def class_atom(self) -> str | Predicate:
        """Parse one character or set of a class."""
        char = self.take_character("a class has no end")
        if char != "\\":
            return char
        return "\b" if self.take_text("b") else self.escape()

    def escape(self) -> str | Predicate:
        """Parse what stands behind a backslash."""
        if found := self.take(_CODE_POINT):
            return _code_point(found)
        if found := self.take(_CONTROL_LETTER):
            return chr(ord(found[1]) % 32)
        if found := self.take(_PROPERTY):
            test = _of_property(found[2])
            return _negated(test) if found[1] == "P" else test
        if self.take(_NULL):
            return "\0"
        char = self.take_character("a backslash is last")
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.lower() in _SETS:
            return _SETS[char] if char.islower() else _negated(_SETS[char.lower()])
        if char in "123456789k":
            raise UnsupportedPatternError("it refers back to a group")
        if char in WORD - {"_"}:
            raise PatternError(f"\\{char} is nothing in ECMA-262")
        return char


def _number(digits: str) -> int:
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _code_point(found: re.Match[str]) -> str:
    if found["high"]:
        return chr(0x10000 + ((int(found["high"], 16) - 0xD800) << 10) + (int(found["low"], 16) - 0xDC00))
    value = int(found["two"] or found["four"] or found["any"], 16)
    if value > 0x10FFFF:
        raise PatternError("a code point is beyond Unicode")
    return chr(value)


def _between(first: str, last: str) -> Predicate:
    if first > last:
        raise PatternError("a range of a class is in the wrong order")
    return lambda c: first <= c <= last


def _negated(test: Predicate) -> Predicate:
    return lambda c: not test(c)


def _any_of(singles: set[str], tests: list[Predicate], negated: bool) -> Predicate:
    return lambda c: (c in singles or any(test(c) for test in tests)) != negated


def _of_property(name: str) -> Predicate:
    key, _, value = name.rpartition("=")
    if name in ("Any", "ASCII"):
        return str.isascii if name == "ASCII" else lambda _: True
    category = _CATEGORIES.get(value, value)
    if key not in ("", "gc", "General_Category") or category not in _CATEGORIES.values():
        raise UnsupportedPatternError(f"it asks for the Unicode property {name[:40]}")
    if category == "LC":
        return lambda c: unicodedata.category(c) in ("Lu", "Ll", "Lt")
    return lambda c: unicodedata.category(c).startswith(category)
