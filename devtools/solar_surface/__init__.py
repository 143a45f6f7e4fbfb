"""A synthetic Sun: granulation, sunspots, fibrils, filaments and the limb, in four spectral lines, as it changes.

It is made to be looked at. Its parts are drawn from what they look like, not computed from physics:

- `granules`: cells of a power diagram that push each other aside, with dark lanes between them;
- `spots`: umbrae with dots, penumbrae of filaments;
- `chromosphere`: threads along the field of spots and plage, filaments, running waves;
- `projection`: foreshortening and darkening towards the limb;
- `lines`: what of all this is seen at a wavelength.

Nothing here knows of FITS. In maps y grows upwards, as in the cubes. The same seed gives the same Sun.
"""

from devtools.solar_surface.chromosphere import Path
from devtools.solar_surface.lines import CALCIUM_INFRARED, CALCIUM_K, HYDROGEN_ALPHA, IRON, Line, View
from devtools.solar_surface.scene import Moment, Scene, SolarSurface
from devtools.solar_surface.spots import Spot

__all__ = [
    "CALCIUM_INFRARED",
    "CALCIUM_K",
    "HYDROGEN_ALPHA",
    "IRON",
    "Line",
    "Moment",
    "Path",
    "Scene",
    "SolarSurface",
    "Spot",
    "View",
]
