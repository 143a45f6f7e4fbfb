"""The header Prefer, as RFC 7240 has it and as clients spoil it."""

import time

import pytest

from common.http.preferences import MAX_LENGTH, preferences, preferred_wait


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("respond-async, wait=10", {"respond-async": "", "wait": "10"}),
        ("Wait = 10 ,RESPOND-ASYNC", {"wait": "10", "respond-async": ""}),
        ('foo; bar="a, b;c", wait="5"', {"foo": "", "wait": "5"}),
        (r'note="a \"quoted\" word, wait=9", wait=3', {"note": 'a "quoted" word, wait=9', "wait": "3"}),
        ("wait=1, wait=2", {"wait": "1"}),
        ("wait=10;unit=s", {"wait": "10"}),
        ("return=minimal,, wait=7", {"return": "minimal", "wait": "7"}),
        ('wait="7', {}),
        ('a, note="b, wait=7', {"a": ""}),
        ("=5, wait=4", {"wait": "4"}),
    ],
)
def test_preferences_are_read(header, expected):
    assert preferences(header) == expected


@pytest.mark.parametrize(
    "header", ["", "wait", "wait=", "wait=-1", "wait=1.5", "wait=abc", "wait=" + "9" * 30, "wait=٣"]
)
def test_a_wait_that_is_no_number_of_seconds_is_ignored(header):
    assert preferred_wait(header) is None


def test_a_wait_is_whole_seconds():
    assert [preferred_wait(header) for header in ("wait=0", "wait=60", "respond-async, wait=5")] == [0, 60, 5]


def test_a_hostile_header_takes_no_time():
    headers = ['"' + r"\"" * (MAX_LENGTH // 2 - 1), '"' * MAX_LENGTH, "a," * 500, " " * MAX_LENGTH, "w" * 100_000]
    began = time.process_time()
    for header in headers:
        assert preferred_wait(header) is None
    assert time.process_time() - began < 0.5
