"""The plots on the admin's page of a cube: lines at the right places, axes with units, gaps where nothing is known."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from datacubes.admin_plots import HEIGHT, WIDTH, line_profile_plots, seeing_plots
from tests.support.archived_cubes import archive_cube
from tests.support.html import parse_html

__all__ = ["archive_cube"]

BEGIN = datetime(2019, 4, 19, 17, 34, tzinfo=UTC)


def seeing(*r0_low: float | None, every: timedelta = timedelta(seconds=30), **changes):
    times = [f"{BEGIN + number * every:%Y-%m-%dT%H:%M:%S}Z" for number in range(len(r0_low))]
    return {"times": times, "r0_low": list(r0_low), "r0_low_and_high": [0.05] * len(r0_low), "scans": []} | changes


def profile(unit: str = "W m^-2 Hz^-1", **stokes: list[float | None]):
    count = len(next(iter(stokes.values())))
    wavelengths = [617.30 + 0.01 * number for number in range(count)]
    return {"units": {"intensity": unit}, "wavelengths": wavelengths, "stokes": stokes, "scans": 1}


def lines(drawing: str) -> list[list[list[tuple[float, float]]]]:
    """The points of each line of a drawing, in pieces that hang together."""
    paths = [path.attributes["d"] for path in parse_html(drawing).one("svg", role="img").all("path", class_="line")]
    return [
        [[tuple(map(float, spot.split())) for spot in piece.split("L")[1:]] for piece in path.split("M")[1:]]
        for path in paths
    ]


def texts(drawing: str) -> list[str]:
    return [text.text for text in parse_html(drawing).all("text")]


def test_the_seeing_is_drawn_from_left_to_right_and_upwards():
    [drawing] = seeing_plots(seeing(0.10, 0.20, 0.15))
    low, low_and_high = lines(drawing)
    [[first, second, third]] = low
    assert first[0] < second[0] < third[0]
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.11)
    assert second[1] < third[1] < first[1], "a larger r₀ is nearer to the top"
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in (*low[0], *low_and_high[0]))


def test_its_axes_have_names_units_and_round_marks():
    [drawing] = seeing_plots(seeing(*[0.08, 0.12] * 10))
    assert {"Time (UTC), 2019-04-19", "r₀ (cm)", "6", "8", "10", "12"} <= set(texts(drawing))
    times = [text for text in texts(drawing) if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text)]
    assert times == ["17:34", "17:36", "17:38", "17:40", "17:42"]
    assert parse_html(drawing).one("svg", role="img").attributes["aria-label"] == "Fried parameter r₀ along time"


@pytest.mark.parametrize(
    ("every", "form"),
    [
        (timedelta(milliseconds=700), r"\d\d:\d\d:\d\d"),
        (timedelta(hours=1), r"\d\d:\d\d"),
        (timedelta(days=2), r"\d{4}-\d\d-\d\d"),
        (timedelta(days=4000), r"\d{4}-\d\d-\d\d"),
    ],
)
def test_times_are_written_as_their_range_asks_for(every, form):
    [drawing] = seeing_plots(seeing(*[0.1] * 8, every=every))
    marks = [text for text in texts(drawing) if re.fullmatch(form, text)]
    assert 1 <= len(marks) <= 5


def test_a_marked_time_is_where_its_value_is():
    [drawing] = seeing_plots(seeing(0.1, 0.2, 0.3, every=timedelta(minutes=1)))
    marks = {text.text: float(text.attributes["x"]) for text in parse_html(drawing).all("text") if ":" in text.text}
    assert [marks["17:34:00"], marks["17:35:00"], marks["17:36:00"]] == [x for x, _ in lines(drawing)[0][0]]


def test_a_line_has_a_gap_where_no_value_is_known_and_a_single_value_is_a_dot():
    [drawing] = seeing_plots(seeing(0.1, 0.1, None, 0.2, None))
    low, low_and_high = lines(drawing)
    assert [len(piece) for piece in low] == [2, 1]
    assert [len(piece) for piece in low_and_high] == [5]


def test_scans_are_bands_and_named_in_the_legend():
    scans = [{"begin": "2019-04-19T17:34:00Z", "end": "2019-04-19T17:34:30Z"}]
    [drawing] = seeing_plots(seeing(0.1, 0.2, 0.3, scans=scans))
    x = [spot[0] for spot in lines(drawing)[0][0]]
    band = parse_html(drawing).one("svg", role="img").one("path", class_="bands").attributes["d"]
    assert re.match(rf"M{x[0]:g} \d+H{x[1]:g}V", band)
    assert [legend.text for legend in parse_html(drawing).all(class_="legend")] == [
        "low altitudes",
        "low and high altitudes",
        "scans",
    ]


def test_a_long_series_gives_a_drawing_of_bounded_size():
    [drawing] = seeing_plots(seeing(*[0.1] * 4000))
    assert len(lines(drawing)[0][0]) == 1000


@pytest.mark.parametrize(
    "nothing",
    [
        seeing(),
        seeing(None, r0_low_and_high=[None]),
        seeing(0.1, times=[None]),
    ],
)
def test_without_any_value_nothing_is_drawn(nothing):
    assert seeing_plots(nothing) == []


def test_a_single_sample_and_a_constant_one_are_drawn():
    assert len(seeing_plots(seeing(0.1))) == 1
    assert len(line_profile_plots(profile(I=[0.0, 0.0]))) == 1


def test_the_profile_has_the_intensity_and_the_polarised_components_apart():
    stokes = {"I": [3e-8, 1e-8, 2e-8], "Q": [1e-11, -2e-11, None], "U": [0.0, 0.0, 0.0], "V": [5e-11, 0.0, 1e-11]}
    intensity, polarised = line_profile_plots(profile(**stokes))
    [[(continuum, core, wing)]] = lines(intensity)
    assert continuum[1] < wing[1] < core[1]
    assert {"Wavelength (nm)", "I (10⁻⁸ W m⁻² Hz⁻¹)", "617.300", "617.310"} <= set(texts(intensity))
    assert "Q, U, V (10⁻¹¹ W m⁻² Hz⁻¹)" in texts(polarised)
    assert "−2" in texts(polarised)
    assert len(lines(polarised)) == 3


def test_an_intensity_alone_is_one_plot_and_its_unit_may_be_unknown():
    [drawing] = line_profile_plots(profile(unit="", I=[3000.0, 2000.0]))
    assert "I (unit not stated)" in texts(drawing)
    assert "3000" in texts(drawing)


def test_what_a_unit_holds_is_text():
    [drawing] = line_profile_plots(profile(unit="<script>x</script>", I=[1.0, 2.0]))
    assert "<script>" not in drawing
    assert "I (<script>x</script>)" in texts(drawing)


@pytest.mark.parametrize(
    "values",
    [[1e308, -1e308, 0.0], [5e-324, 0.0, 0.0], [1.0, 1.0 + 1e-15, 1.0], [1e300, 1.0, None], [-7.0, None, None]],
)
def test_values_of_any_size_are_drawn(values):
    [drawing] = line_profile_plots(profile(I=values))
    assert sum(len(piece) for piece in lines(drawing)[0]) == sum(value is not None for value in values)


def test_what_is_no_wavelength_is_left_out():
    odd = profile(I=[1.0, 2.0, 3.0, 4.0]) | {"wavelengths": [617.30, 617.31, 1e300, None]}
    [drawing] = line_profile_plots(odd)
    assert len(lines(drawing)[0][0]) == 2


def test_the_page_of_a_cube_has_the_plots_of_its_data(admin_client, archive_cube):
    cube = archive_cube()
    page = parse_html(admin_client.get(f"/admin/datacubes/datacube/{cube.pk}/change/").content.decode())
    plots = page.one("div", class_="plots").all("figure", class_="plot")
    assert [plot.one("svg", role="img").attributes["aria-label"] for plot in plots] == [
        "Median of Stokes I along wavelength",
        "Median of Stokes Q, U, V along wavelength",
        "Fried parameter r₀ along time",
    ]
