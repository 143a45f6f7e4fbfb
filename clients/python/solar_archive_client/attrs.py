"""Attributes of Fido searches for what only a Solar archive has; they appear as ``a.archive``."""

from sunpy.net.attr import SimpleAttr

__all__ = ["Address", "Polarimetry", "SpectralLine", "Tag"]


class SpectralLine(SimpleAttr):
    """A spectral line, by name, wavelength or filter: ``Ca II 8542``, ``854.2``, ``H-alpha``."""

    def __init__(self, value: str) -> None:
        super().__init__(str(value))


class Polarimetry(SimpleAttr):
    """Whether there are four Stokes parameters."""

    def __init__(self, value: bool) -> None:
        super().__init__(bool(value))


class Tag(SimpleAttr):
    """A solar feature or event, such as ``Sunspot``."""

    def __init__(self, value: str) -> None:
        super().__init__(str(value))


class Address(SimpleAttr):
    """The address of the archive, instead of that of the settings."""

    def __init__(self, value: str) -> None:
        super().__init__(str(value))
