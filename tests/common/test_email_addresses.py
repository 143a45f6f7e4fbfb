"""E-mail addresses as people type them."""

import pytest

from common.email_addresses import split_addresses


@pytest.mark.parametrize("separator", [",", ";", " ", "\n", "\r\n", "\t", ", ", " ;\n", ",,;;", "\u00a0"])
def test_addresses_are_separated_by_what_people_put_between_them(separator):
    assert split_addresses(f"a@b.example{separator}c@d.example") == ["a@b.example", "c@d.example"]


@pytest.mark.parametrize("text", ["", " ", ",", ";\n,"])
def test_separators_alone_name_nobody(text):
    assert split_addresses(text) == []


def test_an_address_counts_once_in_any_case():
    assert split_addresses("A@b.example a@B.example") == ["A@b.example"]
