"""Match patterns of ECMA-262 in a time that no pattern and no text can make explode.

Engines that backtrack, as Python's ``re`` and the bindings of ECMA-262 engines do, take for ever for 45 bytes such as
``^(a+)+$``, and RE2 knows no lookaround. Here all ways are followed at once: a set of positions in the text is one
integer with a bit for each, and a step of the pattern makes the next set of it.
"""

from __future__ import annotations

from collections.abc import Callable

from quantcdn._chat.ecma_pattern import (
    WORD,
    Alternative,
    Boundary,
    Character,
    Disjunction,
    Lookaround,
    Node,
    Quantified,
)

_WORD_CHARACTER = Character(WORD.__contains__)


def search(node: Node, text: str, tick: Callable[[], None]) -> bool:
    """Match a pattern anywhere in a text; ``tick`` is called before each step, which is linear, and may raise."""
    run = _Run(text, tick)
    return run.ends(node, run.everywhere, ahead=True) != 0


class _Run:
    """Follows a pattern over one text.

    Bit ``p`` of a set is the position before character ``p``. Going back over the text is going ahead over the
    mirrored text, whose sets are mirrored too.
    """

    def __init__(self, text: str, tick: Callable[[], None]) -> None:
        self.text = text
        self.tick = tick
        self.everywhere = (1 << (len(text) + 1)) - 1
        self.alphabet = set(text)
        self.masks: dict[tuple[Node, bool], int] = {}

    def ends(self, node: Node, starts: int, ahead: bool) -> int:
        """Find where matches end that begin at one of the positions."""
        self.tick()
        match node:
            case Character():
                return (starts & self.mask(node, ahead)) << 1
            case Alternative(terms):
                for term in terms if ahead else reversed(terms):
                    if not starts:
                        break
                    starts = self.ends(term, starts, ahead)
                return starts
            case Disjunction(alternatives):
                found = 0
                for alternative in alternatives:
                    found |= self.ends(alternative, starts, ahead)
                return found
            case Quantified():
                return self.repeated(node, starts, ahead)
            case _:
                return starts & self.mask(node, ahead)

    def repeated(self, node: Quantified, starts: int, ahead: bool) -> int:
        """Find where repetitions end, in no more rounds than there are characters, since each goes ahead."""
        atom, maximum = node.atom, node.maximum
        for _ in range(node.minimum):
            before, starts = starts, self.ends(atom, starts, ahead)
            if starts in (0, before):
                break
        if maximum is None and isinstance(atom, Character):
            # Adding to a run of ones carries through to its end: the whole run is passed in one step.
            mask = self.mask(atom, ahead)
            return starts | (((starts & mask) + mask) ^ mask)
        reached = new = starts
        rounds = len(self.text) + 1 if maximum is None else maximum - node.minimum
        while new and rounds > 0:
            new = self.ends(atom, new, ahead) & ~reached
            reached |= new
            rounds -= 1
        return reached

    def mask(self, node: Character | Boundary | Lookaround, ahead: bool) -> int:
        """Find the positions before a character that passes, or those where an assertion holds."""
        key = node, ahead
        if key not in self.masks:
            self.tick()
            if isinstance(node, Character):
                self.masks[key] = self.character_mask(node, ahead)
            else:
                self.masks[key] = self.assertion_mask(node, ahead)
        return self.masks[key]

    def character_mask(self, node: Character, ahead: bool) -> int:
        """Find the positions before a character that passes."""
        table: dict[int, str] = {}
        for char in self.alphabet:
            self.tick()  # a class may have as many ranges as the text has letters
            table[ord(char)] = "1" if node.test(char) else "0"
        bits = self.text.translate(table)
        return int((bits[::-1] if ahead else bits) or "0", 2)

    def assertion_mask(self, node: Boundary | Lookaround, ahead: bool) -> int:
        """Find the positions where an assertion holds."""
        if isinstance(node, Lookaround):
            # What has to follow is matched backwards from every end, so that its starts are found.
            found = self.ends(node.node, self.everywhere, not node.ahead)
            return self.mirrored(self.everywhere ^ found if node.negated else found, node.ahead == ahead)
        end = 1 << len(self.text)
        if node.kind in "^$":
            return 1 if (node.kind == "^") == ahead else end
        before_word = self.mask(_WORD_CHARACTER, ahead)
        boundaries = before_word ^ (before_word << 1)
        return boundaries if node.kind == "b" else self.everywhere ^ boundaries

    def mirrored(self, positions: int, needed: bool) -> int:
        """Mirror a set, if it is one of the text in the other direction."""
        return int(f"{positions:0{len(self.text) + 1}b}"[::-1], 2) if needed else positions
