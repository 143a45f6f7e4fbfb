"""The step `plot_data`: the seeing and the line profile, from the cube's tables."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from common.upsert import upsert
from cubefile.cube import CubeFile
from datacubes.models import Metadata, PlotData
from datacubes.steps.base import CubeRows, Material, Outcome, Step
from datacubes.steps.fingerprints import table_fingerprint
from previews.plots import PlotUnavailable, line_profile, median_r0, seeing
from previews.sparkline import sparkline

_KEYWORDS = ("DATEREF", "BUNIT")
_KEYWORDS_OF_AXES = ("CTYPE", "CUNIT", "CRPIX", "CRVAL", "CDELT")  # Of the axes before rows and columns.


@dataclass(frozen=True)
class PlotReading:
    """The plots that could be made, and the reasons why others could not."""

    plots: PlotData
    missing: str


class PlotDataStep(Step[PlotReading]):
    """Stores the data of the plots."""

    name = "plot_data"
    version = 3
    unchanged_reason = "The tables and their keywords in the header are those of the last completed ingestion."
    optional = True

    def fingerprint(self, material: Material) -> str | None:
        """Return a text that changes with the tables and their keywords in the header; None if a table has none."""
        tables = [table_fingerprint(material, name) for name in material.telescope.layout.plotted_tables]
        if None in tables:
            return None
        image = material.cube_file.image
        of_axes = (f"{keyword}{axis}" for axis in range(3, len(image.shape) + 1) for keyword in _KEYWORDS_OF_AXES)
        keywords = [image.header.get(keyword) for keyword in (*_KEYWORDS, *of_axes)]
        return sha256(repr((material.telescope.name, tables, keywords, image.shape)).encode()).hexdigest()

    def read(self, material: Material) -> PlotReading:
        reasons: list[str] = []
        profile = _plot(line_profile, material.cube_file, reasons)
        plots = PlotData(
            seeing=_plot(seeing, material.cube_file, reasons),
            line_profile=profile,
            sparkline=sparkline(profile) if profile else "",
        )
        return PlotReading(plots, " ".join(reasons))

    def write(self, rows: CubeRows, values: PlotReading) -> tuple[Outcome, str]:
        """Store the plots, and their seeing for searches. Without plots, remove the existing ones."""
        plots = values.plots
        if not rows.created:  # The metadata of a new cube has been written with it.
            Metadata.objects.filter(cube=rows.cube).update(r0_median=median_r0(plots.seeing))
        if plots.seeing is None and plots.line_profile is None:
            gone = not rows.created and PlotData.objects.filter(cube=rows.cube).delete()[0]
            return (Outcome.UPDATED if gone else Outcome.SKIPPED), values.missing
        plots.cube = rows.cube
        upsert(plots, "cube")
        return Outcome.UPDATED, values.missing


def _plot(
    compute: Callable[[CubeFile], dict[str, Any]], cube_file: CubeFile, reasons: list[str]
) -> dict[str, Any] | None:
    try:
        return compute(cube_file)
    except PlotUnavailable as unavailable:
        reasons.append(str(unavailable))
        return None
