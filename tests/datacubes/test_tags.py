"""Tags from FEATURES and EVENTS, against controlled vocabularies."""

import pytest

from datacubes.models import DataCube, Tag
from datacubes.steps.base import IngestRequest
from datacubes.vocabulary import vocabulary
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import IngestResult, ingest
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag(place_cube, data_root):
    """Ingest the sample cube with these keywords, again and again; None removes one."""
    path = place_cube()

    def ingest_with(features: object = "MISSING", events: object = "MISSING") -> IngestResult:
        edit_keyword(data_root / path, "FEATURES", features)
        edit_keyword(data_root / path, "EVENTS", events)
        return ingest(IngestRequest(path))

    return ingest_with


def tags() -> list[tuple[str, str]]:
    return list(DataCube.objects.get().tags.order_by("kind", "name").values_list("kind", "name"))


def step(result: IngestResult) -> tuple[str, str]:
    return next((step.outcome, step.reason) for step in result.steps if step.name == "tags")


def test_features_and_events_become_tags(tag):
    result = tag("Sunspot,Pore", "Flare")
    assert tags() == [("event", "Flare"), ("feature", "Pore"), ("feature", "Sunspot")]
    assert step(result) == ("created", "")
    assert result.warnings == []


@pytest.mark.parametrize(
    "features",
    ["sunspot,PORE", "Sunspot , Pore", "  Sunspot,  Pore  ", "Sunspot,Pore,", ",Sunspot,,Pore", "Pore,Sunspot,pore"],
)
def test_case_blanks_and_empty_places_do_not_matter(tag, features):
    result = tag(features)
    assert tags() == [("feature", "Pore"), ("feature", "Sunspot")]
    assert result.warnings == []


def test_words_may_hold_blanks(tag):
    tag("quiet sun", "magnetic Reconnection")
    assert tags() == [("event", "Magnetic Reconnection"), ("feature", "Quiet Sun")]


def test_a_word_that_is_not_in_the_vocabulary_is_not_accepted_and_gives_a_warning(tag):
    result = tag("Sunspot,Sunspots,Flare", "Sunspot")
    assert tags() == [("feature", "Sunspot")]
    assert len(result.warnings) == 2
    assert result.warnings[0].startswith("FEATURES")
    assert "“Sunspots”" in result.warnings[0]
    assert "“Flare”" in result.warnings[0]
    assert result.warnings[1].startswith("EVENTS")
    assert "“Sunspot”" in result.warnings[1]
    assert not Tag.objects.exclude(name="Sunspot").exists()


def test_thousands_of_unknown_words_give_one_short_warning(data_root):
    cards = [
        "FEATURES= 'Pore,&'",
        *(f"CONTINUE  '{','.join(f'w{number}-{n}' for n in range(8))},&'" for number in range(5000)),
        "CONTINUE  'Sunspot'",
    ]
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, *cards) + padded(TINY_DATA))
    result = ingest(IngestRequest("cube.fits"))
    assert tags() == [("feature", "Pore"), ("feature", "Sunspot")]
    assert len(result.warnings) == 1
    assert len(result.warnings[0]) < 1000


def test_missing_and_absent_keywords_leave_the_tags_as_they_are(tag):
    tag("Sunspot", "Flare")
    for nothing in ("MISSING", "missing", " Missing ", None):
        result = tag(nothing, nothing)
        assert tags() == [("event", "Flare"), ("feature", "Sunspot")]
        assert step(result)[0] == "skipped"
        assert "MISSING" in step(result)[1]


def test_an_empty_list_removes_the_tags_of_its_kind(tag):
    tag("Sunspot", "Flare")
    result = tag("", "Flare")
    assert tags() == [("event", "Flare")]
    assert step(result) == ("updated", "")


def test_one_keyword_leaves_the_tags_of_the_other_kind(tag):
    tag("Sunspot", "Flare")
    tag("Pore", "MISSING")
    assert tags() == [("event", "Flare"), ("feature", "Pore")]
    tag(None, "Surge")
    assert tags() == [("event", "Surge"), ("feature", "Pore")]


def test_tags_that_staff_gave_stay_if_the_header_names_none(tag):
    tag("MISSING", "MISSING")
    DataCube.objects.get().tags.add(Tag.objects.create(kind="feature", name="Pore"))
    tag(None, "Flare")
    assert tags() == [("event", "Flare"), ("feature", "Pore")]


def test_the_same_tags_again_are_skipped(tag):
    tag("Sunspot,Pore")
    result = tag("pore, sunspot")
    assert step(result)[0] == "skipped"
    assert len(tags()) == 2


def test_cubes_share_tags(place_cube):
    for number in range(3):
        ingest(IngestRequest(place_cube({"SCANNUM": number}, f"{number}.fits"), oid=f"cube {number}"))
    assert Tag.objects.count() == 2
    assert [cube.tags.count() for cube in DataCube.objects.all()] == [2, 2, 2]


def test_a_value_that_is_not_text_gives_a_warning(tag):
    result = tag(5, True)
    assert tags() == []
    assert len(result.warnings) == 2


def test_the_vocabularies_are_a_setting(tag, settings, tmp_path):
    (tmp_path / "features.txt").write_text("# Ours\n\nGiraffe\nÅngström\n", encoding="utf-8")
    settings.TAG_VOCABULARIES = settings.TAG_VOCABULARIES | {"feature": str(tmp_path / "features.txt")}
    result = tag("giraffe,Sunspot")
    assert tags() == [("feature", "Giraffe")]
    assert len(result.warnings) == 1


def test_the_words_that_headers_use_are_known(tag):
    features = (
        "Active Region,Filament/Prominence,Quiet Sun,Polar region,Sunspot,Plage,Fibril(s),Pore,Jet/Fanjet,Light Bridge,"
        "Bright Point,Emerging Flux"
    )
    assert tag(features, "Flare").warnings == []
    assert len(tags()) == 13


@pytest.mark.parametrize("kind", ["feature", "event"])
def test_the_projects_own_vocabularies_have_no_word_twice_and_none_that_is_too_long(settings, kind):
    with open(settings.TAG_VOCABULARIES[kind], encoding="utf-8") as file:
        words = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    assert len(words) == len(vocabulary(kind)) > 5
    assert all(len(word) <= 64 and "," not in word for word in words)
