"""Names of spectral lines."""

import pytest

from cubefile.telescopes import SST
from cubefile.telescopes.lines import line_name, lines_meant, named_line


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("6173", "Fe I 6173"),
        ("3950", "Ca II H and K 3950"),
        ("6563", "H-alpha 6563"),
        ("Fe I 6173", "Fe I 6173"),
        ("Mg II h/k", "Mg II h/k"),
        ("171", ""),
        ("4305.2", ""),
        ("", ""),
    ],
)
def test_a_stored_line_has_a_name_for_people_if_it_is_known(stored, name):
    assert line_name(stored) == name


@pytest.mark.parametrize(
    ("stored", "nm"),
    [
        ("8542", 854.21),
        ("Ca II 8542", 854.21),
        ("Ca II 854.2 nm", 854.21),
        ("3950", None),
        ("4305", 430.5),
        ("430.5", 430.5),
        ("Si IV 1403 Å", 140.3),
        ("171", None),
        ("Mg II h/k", None),
    ],
)
def test_a_stored_line_has_its_wavelength_if_it_is_known(stored, nm):
    assert named_line(stored).nm == (nm if nm is None else pytest.approx(nm))


@pytest.mark.parametrize("filter_name", SST.lines)
def test_each_filter_finds_itself_by_its_name_and_by_the_name_of_its_line(filter_name):
    assert filter_name in lines_meant(filter_name, [])
    assert filter_name in lines_meant(line_name(filter_name), [])
    assert filter_name in lines_meant(SST.lines[filter_name].name, [])
    nm = SST.lines[filter_name].nm
    if nm is not None:
        for text in (f"{nm}", f"{nm} nm", f"{nm * 10:.1f} Å", f"{nm * 10:.1f} angstrom"):
            assert filter_name in lines_meant(text, [])


@pytest.mark.parametrize("text", ["H\N{GREEK SMALL LETTER ALPHA}", "ha", "HALPHA", "h-alpha", "H_alpha", "Hα 6563 Å"])
def test_spellings_of_a_greek_letter(text):
    assert lines_meant(text, []) == ["6563"]


def test_a_text_that_means_no_line_is_itself():
    assert lines_meant("Xx 99", ["6173"]) == ["Xx 99"]
    assert lines_meant(" , ,", ["6173"]) == []
    assert lines_meant("0.0000001 nm", []) == ["0.0000001 nm"]


@pytest.mark.parametrize("text", ["9" * 255, "9." * 127, "é" * 255, "Å" * 255, "1" * 6 + "." + "1" * 200, " 1" * 127])
def test_any_text_is_read(text):
    assert lines_meant(text, ["6173", text.strip()]) == [text.strip()]
