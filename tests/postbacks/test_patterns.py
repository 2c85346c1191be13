"""Patterns on the body of an answer: what they find, and what cannot be one."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postbacks.patterns import found_in, pattern_problems, read_patterns

SMALL = st.text("abAB*\n.é", max_size=12)


def finds(pattern: str, body: str) -> bool:
    return found_in([pattern], body.casefold()) == pattern


@pytest.mark.parametrize(
    ("pattern", "body", "found"),
    [
        ("ERROR:", "ERROR: no such click", True),
        ("error:", "  <b>Error: twice</b>", True),
        ("ERROR:", "OK, no errors", False),
        ("success=false", "tid=1;success=false;", True),
        ('"success":*false', '{"success":\n  false}', True),
        ('"success":*false', '{"false": 1, "success": true}', False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a*b*c", "cba abc", True),
        ("Straße", "STRASSE 5", True),
        ("ΟΔΟΣ", "οδος", True),
        (".*", "anything", False),
        ("a.c", "abc", False),
        ("x", "", False),
    ],
)
def test_a_pattern_is_plain_text_in_any_case_where_a_star_is_anything(pattern, body, found):
    assert finds(pattern, body) is found


@given(SMALL, SMALL)
def test_it_finds_what_a_regular_expression_would(pattern, body):
    parts = [re.escape(part) for part in pattern.casefold().split("*")]
    expected = re.search(".*".join(parts), body.casefold(), re.DOTALL) is not None

    assert found_in([pattern], body.casefold()) == (pattern if expected else "")


@given(st.text(), st.text(), st.text())
def test_a_text_without_stars_is_found_wherever_it_stands(before, pattern, after):
    assert finds(pattern.replace("*", ""), f"{before}{pattern.replace('*', '')}{after}")


@given(SMALL)
def test_the_first_pattern_that_is_found_is_named(body):
    assert found_in(["z", "*", "a"], body) == "*"


@pytest.mark.parametrize("pattern", ["a*" * 99, "*".join("ab" * 60), "aab" * 66, "a" * 199 + "b", "*a" * 100])
def test_no_answer_of_64_kib_keeps_us_busy(pattern):
    steps = 0

    class Counted(str):
        def find(self, *args):
            nonlocal steps
            steps += 1
            return super().find(*args)

    found_in([pattern], Counted("a" * 65536))

    assert steps <= len(pattern)  # one walk: no part is looked for twice


def test_a_pattern_stands_on_a_line_of_its_own():
    assert read_patterns(" ERROR: \r\n\n success = false\n") == ("ERROR:", "success = false")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*", "“*” would be found in every answer"),
        ("ok\n* *", "“* *” would be found in every answer"),
        ("x" * 201, "“xxxxxxxxxxxxxxxxxxxx…” is too long"),
        ("x\n" * 21, "At most 20 patterns"),
    ],
)
def test_what_can_be_no_pattern_is_refused_in_words(text, words):
    (problem,) = pattern_problems(text)

    assert words in problem


def test_what_can_be_one_is_not():
    assert list(pattern_problems("ERROR:\nsuccess=*false\n" + "x" * 200)) == []


def test_a_shell_would_agree():
    assert finds("err*:", "an Error: x") is fnmatch.fnmatch("an error: x", "*err*:*")
