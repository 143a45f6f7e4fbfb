"""The keywords of a header as JSON: what the standard allows, and what real headers have besides."""

import cmath
import json
import warnings

import pytest
from astropy.io import fits
from astropy.io.fits.card import Undefined
from astropy.io.fits.verify import VerifyError
from hypothesis import assume, given
from hypothesis import strategies as st

from cubefile.cube import open_cube
from cubefile.header import Header
from cubefile.keywords import keywords_as_json
from devtools.fits_bytes import CARD
from tests.support.raw_fits import raw_header


def as_json(*cards: str) -> dict:
    values = keywords_as_json(Header(raw_header(*cards)))
    # JSON has no NaN and no infinities; PostgreSQL would refuse them.
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    return values


def continued(*texts: str, keyword: str = "LONG", comment: str = "") -> str:
    """A text value over several cards."""
    cards = [f"{keyword:8}= '{texts[0]}&'", *(f"CONTINUE  '{text}&'" for text in texts[1:-1])]
    return "".join(card.ljust(CARD) for card in cards) + f"CONTINUE  '{texts[-1]}' / {comment}"


@pytest.mark.parametrize(
    ("card", "value"),
    [
        ("A       =                    T", True),
        ("A       =                    F / no", False),
        ("A       =                   42 / an answer", 42),
        ("A       =                  -42", -42),
        ("A       = 123456789012345678901234567890", 123456789012345678901234567890),
        ("A       =                  1.5", 1.5),
        ("A       =                  1.0", 1.0),
        ("A       =             1.5E+300", 1.5e300),
        ("A       =                1.5D3", 1500.0),
        ("A       =                   .5", 0.5),
        ("A       = 'text'               / a comment", "text"),
        ("A       = '6173    '", "6173"),
        ("A       = '  leading'", "  leading"),
        ("A       = 'European Union''s'", "European Union's"),
        ("A       = 'a / b' / comment", "a / b"),
        ("A       = ''", ""),
        ("A       = '{\"a\": [1, 2]}'", '{"a": [1, 2]}'),
        ("A       = (1.5, -2)", [1.5, -2.0]),
        ("HIERARCH Long name = 5", None),
    ],
)
def test_types_are_kept(card, value):
    if card.startswith("HIERARCH"):
        assert as_json(card) == {"Long name": 5}
    else:
        found = as_json(card)["A"]
        assert found == value
        assert type(found) is type(value)


@pytest.mark.parametrize("card", ["A       =", "A       =           / not known", "A       =" + " " * 70])
def test_an_undefined_value_is_null(card):
    assert as_json(card) == {"A": None}


@pytest.mark.parametrize(
    "text",
    ["NaN", "nan", "NAN", "-NaN", "Inf", "-inf", "Infinity", "+INFINITY", "1E999", "-1D999"],
)
def test_nan_and_infinities_are_null(text):
    assert as_json(f"A       = {text:>20} / [m/s] the sensor was off") == {"A": None}
    assert as_json(f"HIERARCH Wind speed = {text}") == {"Wind speed": None}


@pytest.mark.parametrize("text", ["1_000", "yes", "1.5.5", "12abc", "0x10", "'unterminated / here", "1 2"])
def test_an_unreadable_value_becomes_the_text_of_its_field(text):
    assert as_json(f"A       = {text}") == {"A": text}


def test_letters_beyond_ascii_are_kept():
    assert as_json("OBSERVER= 'Åke Öhman''s' / på La Palma")["OBSERVER"] == "Åke Öhman's"
    assert as_json(continued("Roque de los Muchachos, ", "Åke &", "Öhman", keyword="A")) == {
        "A": "Roque de los Muchachos, Åke &Öhman"
    }
    assert as_json("COMMENT på La Palma")["COMMENT"] == "på La Palma"


def test_repeated_keywords_are_lists():
    values = as_json("A       = 1", "B       = 'x'", "A       = 2.5", "A       =", "A       = 'text'")
    assert values == {"A": [1, 2.5, None, "text"], "B": "x"}


def test_comment_and_history_are_text_with_a_line_for_each_card():
    values = as_json("COMMENT one", "HISTORY first", "COMMENT   two", "COMMENT", "HISTORY second")
    assert values == {"COMMENT": "one\n  two\n", "HISTORY": "first\nsecond"}


def test_blank_cards_are_not_keywords():
    assert as_json("", "A       = 1", "", "         a remark without a keyword", "B       = 2") == {"A": 1, "B": 2}


def test_a_long_text_is_joined_from_its_continue_cards():
    assert as_json(continued("one ", "two ", "three", comment="three in all")) == {"LONG": "one two three"}
    assert as_json(continued("2019-04-19T17:34:55.50395", "", keyword="DATE-BEG", comment="Begin")) == {
        "DATE-BEG": "2019-04-19T17:34:55.50395"
    }


def test_record_valued_cards_have_the_names_that_astropy_gives_them():
    cards = (
        "DW3     = 'EXTVER: 1'          / Number of the lookup table",
        "DW3     = 'AXIS.1: 1'          / Spatial X",
        "DW3     = 'AXIS.2: 2'          / Spatial Y",
        "DW3     = 'ASSOCIATE: 1.5'",
    )
    values = as_json(*cards)
    assert values == {"DW3.EXTVER": 1.0, "DW3.AXIS.1": 1.0, "DW3.AXIS.2": 2.0, "DW3.ASSOCIATE": 1.5}
    assert all(type(value) is float for value in values.values())


def test_a_continue_card_without_a_text_before_it_does_no_harm():
    values = as_json("A       = 5", "CONTINUE  'lost'", "B       = 6", "CONTINUE  lost", continued("one ", "two"))
    assert values == {"A": 5, "B": 6, "LONG": "one two"}


TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.builds(complex, st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)),
)


@given(value=VALUES, comment=st.one_of(st.just(""), TEXTS))
def test_what_astropy_writes_is_read_as_astropy_reads_it(value, comment):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Comments that are too long are cut.
        image = str(fits.Card("KEY", value, comment if not isinstance(value, str) or len(value) < 60 else ""))
    if isinstance(value, str):
        # astropy itself misreads some texts with quotes that it has written.
        assert as_json(image) == {"KEY": value.rstrip()}
    else:
        read = fits.Card.fromstring(image).value
        assert as_json(image) == {"KEY": [read.real, read.imag] if isinstance(read, complex) else read}


NUMBERS = r"[+-]? ?[0-9]{0,5}\.?[0-9]{0,5}( ?[EDed] ?[+-]?[0-9]{1,2})?"
FIELDS = st.from_regex(
    rf" *({NUMBERS}|[TF]|'[ -&(-~]{{0,30}}'|\( ?[0-9]+(\.[0-9])? ?, ?-?[0-9]+ ?\)|) *(/[ -~]*)?", fullmatch=True
)


@given(field=FIELDS.filter(lambda field: len(field) <= 70))
def test_a_comment_is_read_as_astropy_reads_it(field):
    image = f"KEY     = {field}".ljust(CARD)
    card = fits.Card.fromstring(image)
    assert comments(image) == [(card.keyword, card.comment)]


@given(field=FIELDS.filter(lambda field: len(field) <= 70))
def test_what_astropy_can_read_is_read_as_astropy_reads_it(field):
    image = f"KEY     = {field}".ljust(CARD)
    card = fits.Card.fromstring(image)
    try:
        value = card.value
    except VerifyError:
        assume(False)
    value = None if isinstance(value, Undefined) else value
    assume(not isinstance(value, float | complex) or cmath.isfinite(value))
    expected = [value.real, value.imag] if isinstance(value, complex) else value
    assert as_json(image) == {card.keyword: expected}


def comments(*cards: str) -> list[tuple[str, str]]:
    return list(Header(raw_header(*cards)).comments())


@pytest.mark.parametrize(
    ("card", "comment"),
    [
        ("A       =                    T / conforms", "conforms"),
        ("A       =                  1.5 /[s] no blank before", "[s] no blank before"),
        ("A       = (1.5, -2) / [m] / [s]", "[m] / [s]"),
        ("A       = 'a / b' / c / d", "c / d"),
        ("A       = 'European Union''s' / 'quoted'", "'quoted'"),
        ("A       =           / not known", "not known"),
        ("A       = 'text'", ""),
        ("A       = 'text' /", ""),
        ("A       = NaN / the sensor was off", "the sensor was off"),
        ("A       = 12abc / no number", "no number"),
        ("A       = 'unterminated / here", "here"),
        ("A       = 1 2", ""),
    ],
)
def test_the_comment_is_the_text_after_the_value(card, comment):
    assert comments(card) == [("A", comment)]
    assert fits.Card.fromstring(card.ljust(CARD)).comment == comment


def test_letters_beyond_ascii_are_kept_in_comments():
    assert comments("A       = 'Åke' / på La Palma") == [("A", "på La Palma")]


def test_comments_have_the_names_of_the_values():
    cards = (
        *("HIERARCH Long name = 5 / long", "DW3     = 'AXIS.1: 1' / Spatial X", "COMMENT = / none", "HISTORY / none"),
        *("", "no value / none", "A       = 1 / first", "A       = 2 / second"),
    )
    assert comments(*cards) == [
        ("Long name", "long"),
        ("DW3.AXIS.1", "Spatial X"),
        *(("COMMENT", ""), ("HISTORY", ""), ("NO VALUE", "")),
        *(("A", "first"), ("A", "second")),
    ]
    header = Header(raw_header(*cards))
    assert [name for name, _ in header.comments()] == [name for name, _ in header.items()]


def test_the_comments_of_continue_cards_are_joined():
    cards = ("A       = 'one&' / first ", "CONTINUE  'two&'", "CONTINUE  '&' / third", "CONTINUE  '' / fourth")
    assert comments(*cards) == [("A", "first third fourth")]
    image = "".join(card.ljust(CARD) for card in cards)
    assert fits.Card.fromstring(image).comment == "first third fourth"


def test_the_comments_of_a_continue_card_that_breaks_the_standard_and_of_those_after_it_are_left_out():
    assert comments("A       = 'one&' / a", "CONTINUE  two / b", "CONTINUE  'three' / c") == [("A", "a")]
    assert comments("A       = 5 / a", "CONTINUE  'two' / b") == [("A", "a")]


def test_a_header_without_end_is_read_to_its_last_card():
    header = Header(raw_header("A       = 1 / a", "B       = 2 / b", end=False)[: 2 * CARD])
    assert (list(header.items()), list(header.comments())) == ([("A", 1), ("B", 2)], [("A", "a"), ("B", "b")])


@given(value=VALUES, comment=TEXTS)
def test_comments_that_astropy_writes_are_read_as_astropy_reads_them(value, comment):
    # astropy itself misreads some texts with quotes that it has written.
    assume(not isinstance(value, str) or "'" not in value + comment)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Comments that are too long are cut.
        image = str(fits.Card("KEY", value, comment))
    assert comments(image) == [("KEY", fits.Card.fromstring(image).comment)]


def test_a_text_over_thousands_of_cards_is_read():
    # astropy takes hours for it.
    blanks = " " * 66
    assert as_json(continued(*[blanks] * 30_000, "end")) == {"LONG": blanks * 30_000 + "end"}


def test_every_keyword_of_a_real_header_is_there(place_cube, data_root):
    path = data_root / place_cube()
    header = fits.getheader(path)
    with open_cube(data_root, str(path.relative_to(data_root))) as cube:
        values = keywords_as_json(cube.primary.header)
        read = list(cube.primary.header.comments())
    assert set(values) == {keyword for keyword in header if keyword}
    assert values["DW3.AXIS.1"] == 1.0
    assert values["REQUESTR"] is None
    assert json.loads(values["PRPARA1"])["OVERWRITE"] == 1
    assert values["COMMENT"].count("\n") == 2
    for keyword, value in values.items():
        if keyword not in ("COMMENT", "HISTORY") and value is not None:
            assert value == header[keyword]
            assert type(value) is type(header[keyword])
    assert read == [(card.keyword, card.comment) for card in header.cards if card.keyword]


def test_get_returns_the_first_value_that_items_gives():
    header = Header(raw_header("A       = 1", "A       = 2", "B       =", "C       = NaN", "D       = 'text'"))
    assert [header.get(name) for name in ("A", "B", "C", "D", "NONE")] == [1, None, None, "text", None]
