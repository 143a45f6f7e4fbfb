"""Headers that take long to read for whoever divides, joins or looks up their cards carelessly."""

import gc
import time
from collections.abc import Callable

from devtools.fits_bytes import CARD

CARDS = 3_000  # 240 kB; real headers have some 320.
CARDS_OF_LARGEST = 35_000  # As many as a header may have, but for those that a cube needs.
MOST_SECONDS = 0.1
_TRIES = 20
_SECONDS_BETWEEN = 0.25  # Other tests that share a core make every try slow for a while.


def long_text(keyword: str, part: str = " " * 66, cards: int = CARDS) -> list[str]:
    """A text over many cards."""
    return [f"{keyword:8}= 'x&'", *[f"CONTINUE  '{part}&'"] * (cards - 1)]


def hostile_headers(cards: int = CARDS) -> dict[str, list[str]]:
    """Cards of each kind, to be put behind those that a cube needs."""
    blanks = " " * 66
    return {
        "a text of blanks": long_text("OBJECT", cards=cards),
        "a text of quotes": long_text("OBJECT", "''" * 33, cards),
        "a text of ampersands": long_text("OBJECT", "&" * 66, cards),
        "a text of digits": ["OBJECT  = '1&'", *long_text("OBJECT", "1" * 66, cards)[1:], "CONTINUE  'x'"],
        "a text of brackets": long_text("OBJECT", '<&>"' * 16, cards),
        "a text with comments": ["OBJECT  = 'x&' / a", *[f"CONTINUE  '&' / {'b' * 60}"] * (cards - 1)],
        "comments of slashes": ["OBJECT  = 'x&'" + " /" * 30, *["CONTINUE  '&'" + " /" * 30] * (cards - 1)],
        "CONTINUE cards after a number": ["A       = 5", *["CONTINUE  'x&'"] * (cards - 1)],
        "CONTINUE cards without text": ["A       = 'x&'", *["CONTINUE" + blanks] * (cards - 1)],
        "CONTINUE cards without an end": ["A       = 'x&'", *[f"CONTINUE  '{blanks}"] * (cards - 1)],
        "a text each": ["A       = 'x&'", f"CONTINUE  '{blanks}&'"] * (cards // 2),
        "distinct keywords": [f"K{number:<7}= {number}" for number in range(cards)],
        "distinct texts": [f"K{number:<7}= '{number}' / {'<' * 50}" for number in range(cards)],
        "distinct dates": [f"D{number:<7}= '2019-04-19T17:34:55.{'5' * 44}'" for number in range(cards)],
        "one keyword": ["OBJECT  = 'x'"] * cards,
        "one keyword with complex numbers": ["OBJECT  = (1, 2)"] * cards,
        "COMMENT": ["COMMENT " + "=" * 72] * cards,
        "HISTORY": ["HISTORY = " + "'" * 70] * cards,
        "cards without a keyword": [" " * 8 + "x" * 72] * cards,
        "HIERARCH": [f"HIERARCH a b c {number} = {number}" for number in range(cards)],
        "HIERARCH of equals signs": ["HIERARCH " + "= " * 35] * cards,
        "HIERARCH without a value": ["HIERARCH " + "a " * 35] * cards,
        "record-valued cards": [f"DW{number:<6}= 'AXIS.1: {number}' / an axis" for number in range(cards)],
        "records with a long name": ["DW3     = '" + "a.1." * 15 + "b: 1x'"] * cards,
        "records with long numbers": ["DW3     = 'a: " + "1" * 60 + "x'"] * cards,
        "records with blanks": ["DW3     = 'a: " + " " * 60 + "x'"] * cards,
        "texts without an end": ["A       = '" + "x" * 69] * cards,
        "quotes": ["A       = '" + "'" * 69] * cards,
        "texts beyond ASCII": ["OBSERVER= '" + "ÿ" * 67 + "' /"] * cards,
        "bytes beyond ASCII": ["ÿ" * CARD] * cards,
        "control characters": ["A       = '\x01\r\n\t\x1b[2J' / \n\x85\xa0"] * cards,
        "blanks": [f"A       ={' ' * 70}x"] * cards,
        "digits": [f"A       = {'1' * 69}x"] * cards,
        "digits and blanks": [f"A       = {'1' * 34}{' ' * 34}x"] * cards,
        "exponents": [f"A       = {'1' * 34}E{'1' * 33}x"] * cards,
        "complex numbers of digits": [f"A       = ({'1' * 32},{'1' * 34}x"] * cards,
        "complex numbers of blanks": [f"A       = (1{' ' * 20},{' ' * 20}1{' ' * 24}x"] * cards,
        "integers": [f"K{number:<7}= {'9' * 70}" for number in range(cards)],
        "slashes": ["A       = " + "/" * 70] * cards,
    }


def seconds(action: Callable[[], object]) -> float:
    """Return the time of the processor that something takes at best, after a warm-up; tried until it is short.

    As in `timeit`, without the collection of garbage: it goes through all that the tests before have left in memory.
    """
    action()
    best = float("inf")
    for _ in range(_TRIES):
        gc.disable()
        try:
            begin = time.process_time()
            action()
            best = min(best, time.process_time() - begin)
        finally:
            gc.enable()
        if best < MOST_SECONDS:
            break
        time.sleep(_SECONDS_BETWEEN)
    return best
