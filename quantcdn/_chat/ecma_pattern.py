r"""Regular expressions of ECMA-262, matched in a time that no pattern and no text can make explode.

Python's ``re`` reads another language (``$`` before a final line end, ``\d`` beyond ASCII) and tries one way after the
other, which takes for ever for 45 bytes such as ``^(a+)+$``. Here all ways are followed at once: a set of positions in
the text is one integer with a bit for each, and a step of the pattern makes the next set of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

Test = Callable[[str], bool]


class PatternError(ValueError):
    """A pattern is not one of ECMA-262."""


class UnsupportedPatternError(PatternError):
    """A pattern asks for what cannot be matched here."""


@dataclass(frozen=True, slots=True, eq=False)
class Chars:
    """One character that passes a test."""

    test: Test


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """One part after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Any of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """A part several times; ``most`` is None for any number of times."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """The start (``^``), the end (``$``), a border of a word (``b``), or none (``B``)."""

    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What has to follow, or to precede, without being a part of the match."""

    part: Node
    ahead: bool
    negated: bool


Node = Chars | Sequence | Choice | Repeat | Boundary | Look

_LINE_ENDS = "\n\r\u2028\u2029"
_BLANKS = frozenset(
    "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
)
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_SETS: dict[str, Test] = {"d": frozenset("0123456789").__contains__, "w": _WORD.__contains__, "s": _BLANKS.__contains__}
_LOOKS = {"?=": (True, False), "?!": (True, True), "?<=": (False, False), "?<!": (False, True)}
_MOST_DIGITS = 9  # a text is never longer, so that a larger number means the same

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
    r"""Read a pattern.

    Args:
        pattern: A regular expression of ECMA-262 with the flag ``u``. As without it, what cannot be mistaken is taken
            too: ``\-``, a lone brace or bracket, and a hyphen beside a set as in ``[\w-.]``.

    Returns:
        The pattern, for ``search``.

    Raises:
        PatternError: It is none, or UnsupportedPatternError where it refers back to a group or names a Unicode
            property other than a general category.
    """
    reader = _Reader(pattern)
    try:
        node = reader.choice()
    except RecursionError:
        raise UnsupportedPatternError("its groups are nested too deeply") from None
    if reader.at < len(pattern):
        raise PatternError("a parenthesis closes no group")
    return node


class _Reader:
    """Reads a pattern from its start to its end."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def takes(self, text: str) -> bool:
        """Go past a text if it comes next."""
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def next(self, missing: str) -> str:
        """Take one character."""
        if self.at >= len(self.pattern):
            raise PatternError(missing)
        self.at += 1
        return self.pattern[self.at - 1]

    def choice(self) -> Node:
        """Read what has bars between."""
        options = [self.sequence()]
        while self.takes("|"):
            options.append(self.sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self) -> Node:
        """Read what comes one after the other."""
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.repeated(self.part()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Node) -> Node:
        """Read how often a part comes."""
        bounds = self.bounds()
        if bounds is None:
            return part
        self.takes("?")  # as few as possible: the match is another, whether there is one is not
        if isinstance(part, Boundary) or (isinstance(part, Look) and not part.ahead) or self.bounds():
            raise PatternError("nothing can be repeated before a quantifier")
        return Repeat(part, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        """Read a quantifier, if there is one."""
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.takes(sign):
                return bounds
        start = self.at
        if self.takes("{"):
            least = self.digits()
            most = self.digits() if self.takes(",") else least
            if least and self.takes("}"):
                low, high = _number(least), _number(most) if most else None
                if high is not None and high < low:
                    raise PatternError("a quantifier has its numbers in the wrong order")
                return low, high
        self.at = start
        return None

    def digits(self) -> str:
        """Take decimal digits."""
        start = self.at
        while self.at < len(self.pattern) and self.pattern[self.at] in "0123456789":
            self.at += 1
        return self.pattern[start : self.at]

    def part(self) -> Node:
        """Read one character, class, group or border."""
        if self.bounds():
            raise PatternError("nothing can be repeated before a quantifier")
        char = self.next("")
        if char in "^$":
            return Boundary(char)
        if char == "(":
            return self.group()
        if char == "[":
            return Chars(self.set())
        if char == ".":
            return Chars(lambda c: c not in _LINE_ENDS)
        if char != "\\":
            return Chars(char.__eq__)
        if self.takes("b"):
            return Boundary("b")
        if self.takes("B"):
            return Boundary("B")
        found = self.escape()
        return Chars(found.__eq__ if isinstance(found, str) else found)

    def group(self) -> Node:
        """Read a group, behind its parenthesis."""
        look = next((mark for mark in _LOOKS if self.takes(mark)), None)
        if look is None and not self.takes("?:") and self.takes("?"):
            self.group_name()
        node = self.choice()
        if not self.takes(")"):
            raise PatternError("a group has no end")
        return Look(node, *_LOOKS[look]) if look else Sequence((node,))  # which may be repeated, whatever it holds

    def group_name(self) -> None:
        """Go past the name of a group."""
        name = self.enclosed("<", ">")
        if name is None or not name.replace("$", "_").isidentifier():
            raise PatternError("a group begins with a mark that ECMA-262 does not know")

    def enclosed(self, opening: str, closing: str) -> str | None:
        """Take what stands between two marks, if the first comes next and the second anywhere behind it."""
        end = self.pattern.find(closing, self.at) if self.pattern.startswith(opening, self.at) else -1
        if end < 0:
            return None
        start, self.at = self.at + len(opening), end + len(closing)
        return self.pattern[start:end]

    def set(self) -> Test:
        """Read a class, behind its bracket."""
        negated = self.takes("^")
        singles: set[str] = set()
        tests: list[Test] = []
        while not self.takes("]"):
            first = self.member()
            at = self.at
            last = self.member() if self.takes("-") and not self.pattern.startswith("]", self.at) else None
            if isinstance(first, str) and isinstance(last, str):
                tests.append(_between(first, last))
                continue
            self.at = at  # the hyphen, if there is one, stands for itself
            if isinstance(first, str):
                singles.add(first)
            else:
                tests.append(first)
        return _any_of(singles, tests, negated)

    def member(self) -> str | Test:
        """Read one character or set of a class."""
        char = self.next("a class has no end")
        if char != "\\":
            return char
        return "\b" if self.takes("b") else self.escape()

    def escape(self) -> str | Test:
        """Read what stands behind a backslash."""
        char = self.next("a backslash is last")
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.lower() in _SETS:
            return _SETS[char] if char.islower() else _negated(_SETS[char.lower()])
        if char in "pP":
            return self.property(negated=char == "P")
        if char in "xu":
            return self.code_point(char)
        if char == "c" and self.pattern[self.at : self.at + 1] in _WORD - set("0123456789_"):
            return chr(ord(self.next("")) % 32)
        if char in "123456789k":
            raise UnsupportedPatternError("it refers back to a group")
        if char == "0" and self.pattern[self.at : self.at + 1] not in set("0123456789"):
            return "\0"
        if char in _WORD - {"_"}:
            raise PatternError(f"\\{char} is nothing in ECMA-262")
        return char

    def property(self, negated: bool) -> Test:
        """Read the name of a Unicode property."""
        name = self.enclosed("{", "}")
        if name is None:
            raise PatternError(r"\p has no name in braces")
        key, _, value = name.rpartition("=")
        if key not in ("", "gc", "General_Category"):
            raise UnsupportedPatternError(f"it asks for the Unicode property {name[:40]}")
        if not key and value in ("Any", "ASCII"):
            test: Test = str.isascii if value == "ASCII" else lambda _: True
        else:
            test = _of_category(_CATEGORIES.get(value, value), name)
        return _negated(test) if negated else test

    def code_point(self, char: str) -> str:
        """Read a code point behind ``x`` or ``u``."""
        digits = self.enclosed("{", "}") if char == "u" else None
        if digits is None:
            length = 2 if char == "x" else 4
            digits = self.pattern[self.at : self.at + length].ljust(length)
            self.at += length
        value = _hexadecimal(digits)
        if 0xD800 <= value < 0xDC00 and char == "u" and self.pattern.startswith("\\u", self.at):
            low = self.pattern[self.at + 2 : self.at + 6]
            if len(low) == 4 and low[0] in "dD" and low[1] in "cdefCDEF":
                self.at += 6
                value = 0x10000 + ((value - 0xD800) << 10) + (_hexadecimal(low) - 0xDC00)
        return chr(value)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _hexadecimal(digits: str) -> int:
    significant = digits.lstrip("0") or digits[:1]
    if len(significant) > 6 or not significant or not all(c in "0123456789abcdefABCDEF" for c in digits):
        raise PatternError("a code point is not written in hexadecimal digits")
    value = int(significant, 16)
    if value > 0x10FFFF:
        raise PatternError("a code point is beyond Unicode")
    return value


def _between(first: str, last: str) -> Test:
    if first > last:
        raise PatternError("a range of a class is in the wrong order")
    return lambda c: first <= c <= last


def _negated(test: Test) -> Test:
    return lambda c: not test(c)


def _any_of(singles: set[str], tests: list[Test], negated: bool) -> Test:
    return lambda c: (c in singles or any(test(c) for test in tests)) != negated


def _of_category(category: str, name: str) -> Test:
    if category == "LC":
        return lambda c: unicodedata.category(c) in ("Lu", "Ll", "Lt")
    if category not in _CATEGORIES.values():
        raise UnsupportedPatternError(f"it asks for the Unicode property {name[:40]}")
    return lambda c: unicodedata.category(c).startswith(category)


def search(node: Node, text: str, tick: Callable[[], None]) -> bool:
    """Say whether a pattern matches anywhere in a text.

    ``tick`` is called before each step, whose time is at most in proportion to the text; it may raise to end it.
    """
    run = _Run(text, tick)
    return run.ends(node, run.everywhere, ahead=True) != 0


class _Run:
    """Follows a pattern over one text.

    Bit ``p`` of a set is the position before character ``p``. Going back over the text is going ahead over the text
    turned round, whose sets are turned round too.
    """

    def __init__(self, text: str, tick: Callable[[], None]) -> None:
        self.text = text
        self.tick = tick
        self.everywhere = (1 << (len(text) + 1)) - 1
        self.alphabet = set(text)
        self.known: dict[tuple[int, bool], int] = {}

    def ends(self, node: Node, starts: int, ahead: bool) -> int:
        """Find where matches end that begin at one of the positions."""
        self.tick()
        match node:
            case Chars():
                return (starts & self.mask(node, ahead)) << 1
            case Sequence(parts):
                for part in parts if ahead else reversed(parts):
                    if not starts:
                        break
                    starts = self.ends(part, starts, ahead)
                return starts
            case Choice(options):
                found = 0
                for option in options:
                    found |= self.ends(option, starts, ahead)
                return found
            case Repeat():
                return self.repeated(node, starts, ahead)
            case _:
                return starts & self.mask(node, ahead)

    def repeated(self, node: Repeat, starts: int, ahead: bool) -> int:
        """Find where repetitions end, in no more rounds than there are characters, since each goes ahead."""
        part, most = node.part, node.most
        for _ in range(node.least):
            before, starts = starts, self.ends(part, starts, ahead)
            if starts in (0, before):
                break
        if most is None and isinstance(part, Chars):
            # Adding to a run of ones carries through to its end: the whole run is passed in one step.
            mask = self.mask(part, ahead)
            return starts | (((starts & mask) + mask) ^ mask)
        reached = new = starts
        rounds = len(self.text) + 1 if most is None else most - node.least
        while new and rounds > 0:
            new = self.ends(part, new, ahead) & ~reached
            reached |= new
            rounds -= 1
        return reached

    def mask(self, node: Chars | Boundary | Look, ahead: bool) -> int:
        """Find the positions before a character that passes, or those where a condition holds."""
        key = id(node), ahead
        if key not in self.known:
            self.tick()
            self.known[key] = self.passing(node, ahead) if isinstance(node, Chars) else self.holding(node, ahead)
        return self.known[key]

    def passing(self, node: Chars, ahead: bool) -> int:
        """Find the positions before a character that passes."""
        table: dict[int, str] = {}
        for char in self.alphabet:
            self.tick()  # a class may have as many ranges as the text has letters
            table[ord(char)] = "1" if node.test(char) else "0"
        bits = self.text.translate(table)
        return int((bits[::-1] if ahead else bits) or "0", 2)

    def holding(self, node: Boundary | Look, ahead: bool) -> int:
        """Find the positions where a condition holds."""
        if isinstance(node, Look):
            found = self.ends(node.part, self.everywhere, not node.ahead)
            return self.turned(self.everywhere ^ found if node.negated else found, node.ahead == ahead)
        end = 1 << len(self.text)
        if node.kind in "^$":
            return 1 if (node.kind == "^") == ahead else end
        before_word = self.mask(_WORD_CHARACTER, ahead)
        borders = before_word ^ (before_word << 1)
        return borders if node.kind == "b" else self.everywhere ^ borders

    def turned(self, positions: int, needed: bool) -> int:
        """Turn a set round, if it is one of the text in the other direction."""
        return int(f"{positions:0{len(self.text) + 1}b}"[::-1], 2) if needed else positions


_WORD_CHARACTER = Chars(_WORD.__contains__)
