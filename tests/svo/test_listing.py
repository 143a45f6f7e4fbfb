"""All records of a dataset, page by page."""

import itertools
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtools.svo import KeywordDefinition, SvoServer
from svo.client import SvoClient
from svo.errors import SvoUnavailable
from svo.pages import Page, every_record
from svo.resources import Dataset, Record


@pytest.fixture(autouse=True)
def _small_records(svo: SvoServer) -> None:
    """Pages are of records, whatever their size: small ones make for short tests."""
    svo.add_dataset("CRISP", [KeywordDefinition("DATE-BEG", "time (ISO 8601)")])


def listed(client: SvoClient, dataset: Dataset) -> list[str]:
    return [record.oid for record in client.records(dataset.metadata_uri)]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 200, 1000])
def test_every_record_comes_once(svo: SvoServer, client: SvoClient, crisp: Dataset, count: int) -> None:
    svo.fill("CRISP", count)

    assert listed(client, crisp) == svo.oids("CRISP")


def test_ten_thousand_records_take_a_request_for_each_page(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 10_000)

    assert listed(client, crisp) == svo.oids("CRISP")
    # Each page begins with the last record of the page before: 99 new ones, and the last page has fewer than 100.
    assert svo.counts() == {"GET": 102}


def test_records_are_requested_when_needed_and_not_kept(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 400)
    listing = client.records(crisp.metadata_uri)

    first = weakref.ref(next(listing))
    assert len(svo.requests) == 1
    list(itertools.islice(listing, 200))

    assert len(svo.requests) == 3
    assert first() is None


def test_a_total_that_is_too_low_does_not_end_the_list(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 350)
    svo.set_cached_count("CRISP", 120)

    assert len(listed(client, crisp)) == 350


def test_a_total_that_is_too_high_requests_no_more_pages(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 150)
    svo.set_cached_count("CRISP", 100_000)

    assert len(listed(client, crisp)) == 150
    assert len(svo.requests) == 2


def test_a_lower_limit_of_the_server_is_respected(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.limit_pages(30)
    svo.fill("CRISP", 100)

    assert listed(client, crisp) == svo.oids("CRISP")


def test_records_deleted_meanwhile_do_not_hide_others(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    oids = svo.fill("CRISP", 300)
    in_order = svo.oids("CRISP")
    listing = client.records(crisp.metadata_uri)
    first_page = [record.oid for record in itertools.islice(listing, 100)]

    for oid in in_order[:40] + in_order[97:103]:
        svo.delete_record("CRISP", oid)
    rest = [record.oid for record in listing]

    assert first_page == in_order[:100]
    assert rest == in_order[103:]
    assert len(oids) == 300


def test_records_added_meanwhile_do_not_repeat_others(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 300)
    in_order = svo.oids("CRISP")
    listing = client.records(crisp.metadata_uri)
    first_page = [record.oid for record in itertools.islice(listing, 100)]

    svo.add_records("CRISP", [{"oid": f"0001-{n}"} for n in range(40)])

    assert first_page + [record.oid for record in listing] == in_order


@pytest.mark.parametrize("by", [-250, -150, -100, -99, -40, -1, 1, 40, 98, 99, 100, 150, 1000])
def test_a_page_that_repeats_or_skips_records_is_corrected(
    svo: SvoServer, client: SvoClient, crisp: Dataset, by: int
) -> None:
    svo.fill("CRISP", 500)
    svo.shift_pages(by, after=2)

    assert listed(client, crisp) == svo.oids("CRISP")


@pytest.mark.parametrize("by", [-350, -100, -40, -1, 1, 40, 100, 150])
def test_pages_that_repeat_or_skip_records_several_times_are_corrected(
    svo: SvoServer, client: SvoClient, crisp: Dataset, by: int
) -> None:
    svo.fill("CRISP", 700)
    svo.shift_pages(by, times=3, after=4)

    assert listed(client, crisp) == svo.oids("CRISP")


def test_pages_that_are_always_the_same_are_an_error(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 500)
    first_page = {"objects": [svo.record("CRISP", oid) for oid in svo.oids("CRISP")[:100]], "meta": {"limit": 100}}
    svo.answer(200, first_page)

    with pytest.raises(SvoUnavailable, match="makes no progress"):
        listed(client, crisp)


def test_a_list_that_is_replaced_meanwhile_is_an_error(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 150)
    listing = client.records(crisp.metadata_uri)
    next(listing)

    for oid in svo.oids("CRISP"):
        svo.delete_record("CRISP", oid)

    with pytest.raises(SvoUnavailable, match="changed too much"):
        list(listing)


def test_a_server_that_fails_in_the_middle_is_asked_again(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 300)
    listing = client.records(crisp.metadata_uri)
    first = next(listing)
    svo.drop_in_answer(times=1)
    svo.answer(503, times=1)

    assert [first.oid, *(record.oid for record in listing)] == svo.oids("CRISP")


def test_pages_of_a_single_record_end_with_an_error() -> None:
    record = Record("a", "/a/", None, {})

    with pytest.raises(SvoUnavailable, match="makes no progress"):
        list(every_record(lambda offset: Page([record], 1)))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), count=st.integers(0, 60), limit=st.integers(6, 12))
def test_records_that_stay_come_once_during_any_writes(data: st.DataObject, count: int, limit: int) -> None:
    numbers = list(range(0, 10 * count, 10))
    stayed = set(numbers)

    def fetch(offset: int) -> Page:
        page = numbers[offset : offset + limit]
        # Then somebody else adds or deletes a few, fewer than a page holds.
        for number in data.draw(st.lists(st.integers(0, 10 * count), max_size=limit // 2, unique=True)):
            if number in numbers:
                numbers.remove(number)
                stayed.discard(number)
            else:
                numbers.append(number)
                numbers.sort()
        return Page([Record(str(number), "", None, {}) for number in page], limit)

    listed = [int(record.oid) for record in every_record(fetch)]

    assert len(listed) == len(set(listed))
    assert stayed <= set(listed)
