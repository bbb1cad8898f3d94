"""Patterns are matched as ECMA-262 says, and in steps whose number grows with the text alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantcdn._chat.ecma_matcher import search
from quantcdn._chat.ecma_pattern import PatternError, UnsupportedPatternError, parse
from test.helpers.table import table

# The verdicts are those of V8 (Node.js 24), with the flag "u" as JSON Schema asks for.
VERDICTS = [
    ("^foo$", "foo\n", False),
    ("^foo$", "foo", True),
    ("^\\cC$", "\x03", True),
    ("^\\cc$", "\x03", True),
    ("^\\cC$", "\\cC", False),
    ("^\\d$", "0", True),
    ("^\\d$", "\u09e6", False),
    ("^\\D$", "\u09e6", True),
    ("^\\w$", "é", False),
    ("^\\W$", "é", True),
    ("^\\w$", "_", True),
    ("^\\s$", "\ufeff", True),
    ("^\\s$", "\xa0", True),
    ("^\\s$", "\u2029", True),
    ("^\\s$", "\u2028", True),
    ("^\\s$", "\u2003", True),
    ("^\\s$", "\x0b", True),
    ("^\\s$", "\x01", False),
    ("^\\s$", "\u2013", False),
    ("^\\s$", "\u180e", False),
    ("^\\s$", "\x1c", False),
    ("^\\s$", "\x85", False),
    ("^\\S$", "\u200b", True),
    ("\\p{Letter}cole", "les ecole", True),
    ("\\p{Letter}cole", "ÉCOLE", False),
    ("^\\p{L}cole", "école", True),
    ("^\\p{digit}+$", "৪২", True),
    ("^\\p{Lu}$", "É", True),
    ("^\\P{Lu}$", "É", False),
    ("^\\p{gc=Nd}$", "7", True),
    ("^\\p{General_Category=Decimal_Number}$", "7", True),
    ("^\\p{LC}$", "ǅ", True),
    ("^\\p{Any}$", "\n", True),
    ("^\\p{ASCII}$", "é", False),
    ("^🐲*$", "🐲🐲", True),
    ("^.$", "🐲", True),
    ("^.$", "\n", False),
    ("^.$", "\u2028", False),
    ("^.$", "\x85", True),
    ("^[^]$", "\n", True),
    ("[]", "a", False),
    ("^(?<year>\\d{4})-(?<month>\\d\\d)$", "2026-01", True),
    ("^(?<$a>x)$", "x", True),
    ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abc1", True),
    ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd", False),
    ("^(?!admin)\\w+$", "admin1", False),
    ("^(?!admin)\\w+$", "user", True),
    ("(?<=\\$)\\d+", "$42", True),
    ("(?<!\\$)\\b\\d+", "$42", False),
    ("(?<=^a+)b", "aab", True),
    ("\\bcat\\b", "a cat.", True),
    ("\\bcat\\b", "concat", False),
    ("\\Bcat", "concat", True),
    ("^\\x41\\u0042\\u{43}$", "ABC", True),
    ("^\\uD83D\\uDC32$", "🐲", True),
    ("^[\\uD83D\\uDC32-\\uD83D\\uDC33]$", "🐳", True),
    ("^\\0$", "\x00", True),
    ("^[\\b]$", "\x08", True),
    ("^[\\d\\-x]+$", "1-x", True),
    ("^[a-]+$", "a-", True),
    ("^[-a]+$", "a-", True),
    ("^\\/\\.\\*$", "/.*", True),
    ("^a{2}$", "aa", True),
    ("^a{2,}$", "a", False),
    ("^a{00000000002}$", "aa", True),
    ("^a{2,3}$", "aaaa", False),
    ("^a{0}$", "", True),
    ("^(?:a|b)*?c$", "abac", True),
    ("^a??$", "a", True),
    ("a|", "zzz", True),
    ("^(?:|a)$", "", True),
    ("", "", True),
    ("^$", "", True),
    ("^$", "\n", False),
    ("(?:^a|b$)", "xb", True),
    ("^\\t\\n\\v\\f\\r$", "\t\n\x0b\x0c\r", True),
    ("^[^\\d\\s]$", "x", True),
    ("^[^\\d\\s]$", " ", False),
    ("^[\\s\\S]$", "\n", True),
    ("^(a?){3}$", "aa", True),
    ("^(?:(?=a)a)+$", "aa", True),
    ("a$b", "ab", False),
    ("^(?:a*)*$", "aab", False),
]


@table("pattern, text, verdict", VERDICTS)
def test_a_pattern_matches_where_ecma_262_says(pattern: str, text: str, verdict: bool) -> None:
    assert search(parse(pattern), text, lambda: None) is verdict


INVALID = [
    *(r"^\S(|(.|\n)*\S)\Z", r"\a", r"\A", r"\e", r"\h", r"\c", r"\c1", r"\00", r"[\B]", "\\", "[\\", "["),
    *("(", "(?", "(?:", ")", "a)", "(?<1a>x)", "(?<a", "(?<>a)", "(?P<a>x)", "(?i)a", "(?#a)", "(?>a)"),
    *("*", "+a", "?", "a**", "a{2}{3}", "^*", r"\b+", "(?<=a)*", "{1}", "a{3,2}", "[b-a]"),
    *(r"\x4", r"\xg0", r"\u12", r"\u{110000}", r"\u{", r"\u{}", r"\u{0x41}", r"\p", r"\pL", r"\p{", r"\p{L"),
]


@table("pattern", INVALID)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse(pattern)
    assert not isinstance(caught.value, UnsupportedPatternError)


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?<n>a)\k<n>", r"\p{Script=Greek}", r"\p{Emoji}", r"\p{}", "(" * 9999])
def test_what_cannot_be_matched_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        parse(pattern)


# Beyond the flag "u", as browsers take them without it.
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[\w-.]+$", "a-b.c"),
        (r"^[\w.-]+$", "a-b.c"),
        (r"^[a-\d]+$", "a-1"),
        (r"^\-\_\@\ $", "-_@ "),
        ("^{a}$", "{a}"),
        ("^a{,2}$", "a{,2}"),
        ("^a{x}$", "a{x}"),
        ("^]$", "]"),
        ("^(?=a)*a$", "a"),
    ],
)
def test_what_cannot_be_mistaken_is_taken(pattern: str, text: str) -> None:
    assert search(parse(pattern), text, lambda: None)
    assert not search(parse(pattern), "!", lambda: None)


SMALL = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", "^", r"\b", "", "é", r"\n"]),
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        )
        | inner.map(lambda part: f"(?={part})")
        | inner.map(lambda part: f"(?!{part})")
    ),
    max_leaves=6,
)


@given(SMALL, st.text(st.sampled_from("ab1é \n"), max_size=6))
def test_where_both_languages_agree_so_do_the_verdicts(pattern: str, text: str) -> None:
    # They differ in what ends a line, of which there is one kind in the texts here, and in \\B of an empty text.
    assert search(parse(pattern), text, lambda: None) is (re.search(pattern, text, re.ASCII) is not None)


@given(st.text(st.sampled_from("ab()[]{}|*+?^$\\.,-1:=!<>puxk")), st.text(max_size=5))
def test_any_text_is_a_pattern_or_refused(pattern: str, text: str) -> None:
    try:
        node = parse(pattern)
    except PatternError:
        return
    search(node, text, lambda: None)


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "^((a*)*)*$",
        "(.*)(.*)(.*)(.*)z",
        "^(?=(a+)+$)b",
        "(?<=(a+)+)!b",
        "(a?){40}b",
        "(a?){999999999999}b",
        "(aa|a){99999999999,}",
    ],
)
def test_the_number_of_steps_grows_no_faster_than_the_text(pattern: str) -> None:
    def steps(length: int) -> int:
        count = 0

        def tick() -> None:
            nonlocal count
            count += 1

        search(parse(pattern), "a" * length + "!", tick)
        return count

    assert steps(44) < 44 * 10
    assert steps(4400) < 4400 * 10


def test_a_search_ends_where_its_tick_raises() -> None:
    class Enough(Exception):
        pass

    def tick() -> None:
        raise Enough

    with pytest.raises(Enough):
        search(parse("a"), "a", tick)
