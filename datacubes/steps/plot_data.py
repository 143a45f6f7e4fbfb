"""The step `plot_data`: the seeing and the line profile, from the cube's tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datacubes.cube_file import CubeFile
from datacubes.models import DataCube, PlotData
from datacubes.previews.plots import PlotUnavailable, line_profile, seeing
from datacubes.previews.sparkline import sparkline
from datacubes.steps.base import INGESTERS_VERSION, Material, Outcome, Step
from datacubes.upsert import upsert

_TABLES = ("WCS-TAB", "VAR-EXT-ATMOS_R0", "VAR-EXT-DATAMEDN", "VAR-EXT-DATE-BEG", "VAR-EXT-DATE-END")
_KEYWORDS = ("DATEREF", "BUNIT")


@dataclass(frozen=True)
class PlotReading:
    """The plots that could be made, and why others could not."""

    plots: PlotData
    missing: str


def fingerprint(material: Material) -> str | None:
    """Name the state of the tables; None if one that is there has no CHECKSUM."""
    cube_file = material.cube_file
    tables = {name: cube_file.extensions.get(name) for name in _TABLES}
    if any(table is not None and table.checksum is None for table in tables.values()):
        return None
    states = [table.checksum if table else "-" for table in tables.values()]
    keywords = [str(cube_file.primary.header.get(keyword)) for keyword in _KEYWORDS]
    return " ".join([*states, *keywords, *map(str, cube_file.primary.shape), f"v{INGESTERS_VERSION}"])


def read(material: Material) -> PlotReading:
    """Compute the plots."""
    reasons: list[str] = []
    profile = _plot(line_profile, material.cube_file, reasons)
    plots = PlotData(
        seeing=_plot(seeing, material.cube_file, reasons),
        line_profile=profile,
        sparkline=sparkline(profile) if profile else "",
    )
    return PlotReading(plots, " ".join(reasons))


def write(cube: DataCube, reading: PlotReading, *, created: bool) -> tuple[Outcome, str]:
    """Store the plots; where there are none, those of before go."""
    if reading.plots.seeing is None and reading.plots.line_profile is None:
        gone = not created and PlotData.objects.filter(cube=cube).delete()[0]
        return (Outcome.UPDATED if gone else Outcome.SKIPPED), reading.missing
    reading.plots.cube = cube
    upsert(reading.plots, "cube")
    return Outcome.UPDATED, reading.missing


def _plot(
    compute: Callable[[CubeFile], dict[str, Any]], cube_file: CubeFile, reasons: list[str]
) -> dict[str, Any] | None:
    try:
        return compute(cube_file)
    except PlotUnavailable as unavailable:
        reasons.append(str(unavailable))
        return None


STEP = Step(
    "plot_data", fingerprint, read, write, "The tables are those of the last completed ingestion.", optional=True
)
