"""Small charts as SVG, drawn by the server."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

HEIGHT = 40
BAR = 5


def bars(numbers: Sequence[int], title: str) -> SafeString:
    """Draw numbers of 0 or more as bars, with the title and the largest number for readers of the text."""
    most = max(numbers, default=0)
    heights = ((index * BAR, round(HEIGHT * number / most, 1)) for index, number in enumerate(numbers) if number)
    shapes = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}"/>',
        ((x, HEIGHT - height, BAR - 1, height) for x, height in heights),
    )
    return format_html(
        '<figure class="bars"><svg viewBox="0 0 {} {}" role="img" aria-label="{}: {} in all, at most {}">{}</svg>'
        "<figcaption>{}; at most {}</figcaption></figure>",
        len(numbers) * BAR,
        HEIGHT,
        title,
        f"{sum(numbers):,}",
        f"{most:,}",
        shapes,
        title,
        f"{most:,}",
    )
