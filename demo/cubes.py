"""The demonstration's cubes: what a telescope has observed in some years, with the variety of a real archive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from devtools.observed_cubes import Observation, write_observation, write_spectral_cube
from devtools.sample_cubes import cube_filename, write_cube
from devtools.solar_surface import CALCIUM_INFRARED, CALCIUM_K, HYDROGEN_ALPHA, IRON, Scene, Spot

FRAME = (1000, 1000)
WIDE_FRAME = (720, 1120)

_iron = partial(Observation, IRON, (-0.021, -0.007, 0.0, 0.007, 0.021))
_infrared = partial(Observation, CALCIUM_INFRARED, (-0.15, -0.075, -0.03, 0.0, 0.03, 0.075, 0.15))
_alpha = partial(Observation, HYDROGEN_ALPHA, (-0.15, -0.09, -0.045, 0.0, 0.045, 0.09, 0.15))
_calcium_k = partial(Observation, CALCIUM_K, (-0.13, -0.065, -0.025, 0.0, 0.025, 0.065, 0.13))
_alpha_series = partial(Observation, HYDROGEN_ALPHA, (-0.06, 0.0, 0.06), scans=10, cadence=30.0)
_wide_band = partial(Observation, IRON, (0.2,), wide_band=True)


@dataclass(frozen=True)
class Region:
    """A region of the Sun and the cubes that were observed of it.

    Attributes
    ----------
    scene
        What is there.
    start
        When it was observed.
    words
        OBJECT, FEATURES and EVENTS; an empty one is left out.
    observations
        Each makes an observation, given the start and keywords.
    point_id
        POINT_ID of its cubes; without it, each is an observation of its own.
    with_spectral_cube
        Whether the first cube has a companion ``_sp``.
    is_restricted
        Whether its cubes become public in a year only.
    """

    scene: Scene
    start: datetime
    words: tuple[str, str, str]
    observations: tuple[Callable[..., Observation], ...]
    point_id: str | None = None
    with_spectral_cube: bool = False
    is_restricted: bool = False


REGIONS = (
    Region(
        Scene(FRAME, 101, (-312.0, 181.0), spots=(Spot(0.38, 0.56, 215), Spot(0.80, 0.25, 45, False)), activity=0.8),
        datetime(2016, 9, 3, 9, 48, 12, 345000),
        ("AR 12585", "Active Region,Sunspot,Pore", "Umbral Flash"),
        (partial(_iron, polarimetry=True), _infrared),
        point_id="2016-09-03T09:48:12_grouped",
    ),
    Region(
        Scene(FRAME, 102, (12.0, -34.0), activity=0.15),
        datetime(2017, 5, 5, 8, 20, 5, 120000),
        ("Quiet Sun", "Quiet Sun,Granulation,Network", ""),
        (_iron, _calcium_k),
        with_spectral_cube=True,
    ),
    Region(
        Scene(
            FRAME,
            103,
            (438.0, -371.0),
            activity=0.3,
            filaments=(((0.14, 0.02), (0.30, 0.36), (0.55, 0.55), (0.84, 0.98)),),
        ),
        datetime(2018, 6, 19, 7, 55, 41, 804000),
        ("Filament", "Filament/Prominence,Fibrils", ""),
        (_alpha, _infrared),
    ),
    Region(
        Scene(FRAME, 104, (897.0, 262.0), activity=0.5),
        datetime(2019, 7, 2, 9, 2, 30, 77000),
        ("West limb", "Limb,Spicule", "Jet"),
        (_alpha, _calcium_k),
    ),
    Region(
        Scene(WIDE_FRAME, 105, (-180.0, -388.0), pixel=0.038, spots=(Spot(0.30, 0.52, 70, False),), activity=0.9),
        datetime(2020, 8, 7, 8, 31, 16, 450000),
        ("AR 12770", "Active Region,Pore,Plage", "Emerging Flux"),
        (_calcium_k,),
    ),
    Region(
        Scene(FRAME, 106, (-538.0, -263.0), spots=(Spot(0.55, 0.48, 175), Spot(0.20, 0.78, 60, False)), activity=0.6),
        datetime(2021, 6, 22, 8, 14, 57, 190000),
        ("AR 12835", "Sunspot,Penumbra,Fibrils", "Umbral Flash"),
        (
            _alpha_series,
            partial(_wide_band, scans=8, cadence=30.0),
            _infrared,
        ),
    ),
    Region(
        Scene(FRAME, 107, (101.0, 897.0), activity=0.3),
        datetime(2022, 5, 28, 9, 37, 3, 660000),
        ("North pole", "Polar Region,Limb", ""),
        (_iron, _calcium_k),
    ),
    Region(
        Scene(FRAME, 108, (233.0, 305.0), spots=(Spot(0.50, 0.50, 300),), activity=0.7),
        datetime(2023, 5, 17, 8, 6, 48, 512000),
        ("AR 13310", "Sunspot,Umbra,Penumbra", ""),
        (partial(_iron, polarimetry=True), _calcium_k, _wide_band),
    ),
    Region(
        Scene(
            FRAME,
            109,
            (-64.0, 418.0),
            activity=1.0,
            filaments=(((0.02, 0.70), (0.40, 0.62), (0.66, 0.40), (0.98, 0.36)),),
        ),
        datetime(2024, 8, 13, 8, 44, 20, 905000),
        ("AR 13784", "Plage,Filament,Fibrils", ""),
        (_alpha, _calcium_k),
        is_restricted=True,
    ),
)
"""The regions, from the earliest on."""

TODAY = Scene(
    *(FRAME, 110, (-352.4, 118.9)),
    spots=(Spot(0.36, 0.60, 190), Spot(0.74, 0.30, 80, False)),
    activity=0.7,
)
"""What the telescope points at while the demonstration runs."""

UNKNOWN_INSTRUMENT = "TRIPPEL"


def write_region(root: Path, region: Region) -> list[Path]:
    """Write the cubes of a region that are not there yet, and return all of them."""
    keywords: dict[str, object] = {"POINT_ID": region.point_id, **_words(region.words)}
    if region.is_restricted:
        keywords["RELEASE"] = f"{datetime.now(UTC) + timedelta(days=365):%Y-%m-%d}"
    cubes = []
    for number, observe in enumerate(region.observations):
        # The instruments do not begin at the same moment.
        start = region.start + timedelta(seconds=0.37 * number)
        cubes.append(write_observation(root, region.scene, observe(start, keywords=keywords)))
    if region.with_spectral_cube:
        cubes.append(write_spectral_cube(cubes[0]))
    return cubes


def write_cube_of_unknown_instrument(root: Path) -> Path:
    """Write a cube that the archive refuses: the spectrograph of the same telescope is not registered."""
    name = cube_filename(begin="2018-06-20T09:10:11", exported="2018-07-02T12:10:11", scans="0", polarimetry=False)
    path = root / "2018-06-20" / UNKNOWN_INSTRUMENT / name
    start = datetime(2018, 6, 20, 9, 10, 11)
    keywords = {"INSTRUME": UNKNOWN_INSTRUMENT}
    return path if path.exists() else write_cube(path, shape=(1, 1, 7, 60, 64), start=start, keywords=keywords)


def write_cube_of_today(root: Path) -> Path:
    """Write a series that was observed, exported and released just now."""
    now = datetime.now(UTC).replace(tzinfo=None)
    took = timedelta(seconds=90)
    observation = Observation(
        *(HYDROGEN_ALPHA, (-0.06, 0.0, 0.06), now - took),
        scans=4,
        cadence=20.0,
        export_after=took,
        keywords={"RELEASE": f"{now:%Y-%m-%d}", **_words(("Active region", "Sunspot,Pore", ""))},
    )
    return write_observation(root, TODAY, observation)


def _words(words: tuple[str, str, str]) -> dict[str, object]:
    return {keyword: word or None for keyword, word in zip(("OBJECT", "FEATURES", "EVENTS"), words, strict=True)}
