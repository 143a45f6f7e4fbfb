"""Units that headers name: what they are of another, and those that are not looked into."""

import pytest

from cubefile.units import unit_factor


@pytest.mark.parametrize(
    ("text", "factor"), [("nm", 1), ("Angstrom", 0.1), ("0.1 nm", 0.1), ("10**-10 m", 0.1), ("10^3 nm", 1000)]
)
def test_a_unit_of_the_same_kind_has_a_factor(text, factor):
    assert unit_factor(text, "nm") == pytest.approx(factor)


@pytest.mark.parametrize("text", ["kg", "nonsense", "1/0", "", None, 5, True, "9.km^999", "km,", "10**999 m", "m(1/0)"])
def test_a_text_that_is_not_a_unit_of_the_same_kind_has_no_factor(text):
    assert unit_factor(text, "nm") is None


@pytest.mark.parametrize("text", ["10**99999999 m", "10^9999 m", "10^³³³³³³³³³ m", "10(99999999) m", "m" * 17])
def test_a_long_text_or_number_is_not_parsed(text, monkeypatch):
    # astropy would be busy for hours with some of them, and lets nothing else run meanwhile.
    monkeypatch.setattr("astropy.units.Unit", lambda text: pytest.fail("It was looked into."))
    assert unit_factor(text, "nm") is None
