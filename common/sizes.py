"""How sizes are written: the same way on pages, in the admin and by commands."""


def bytes_with_unit(size: int) -> str:
    """Write a number of bytes with three digits and a decimal unit, such as ``1.43 GB``."""
    value, units = float(size), iter(("bytes", "kB", "MB", "GB", "TB", "PB"))
    unit = next(units)
    while value >= 999.5:
        value, unit = value / 1000, next(units)
    digits = 0 if unit == "bytes" else max(0, 3 - len(str(int(value))))
    return f"{value:.{digits}f}\N{NO-BREAK SPACE}{unit}"
