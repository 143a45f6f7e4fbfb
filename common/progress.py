"""Lines of a command beside its progress bar."""

from django.core.management.base import OutputWrapper
from tqdm import tqdm


def say(line: str, stdout: OutputWrapper) -> None:
    """Print a line beside a bar; `tqdm.write` would end it a second time, as a command's output ends lines itself."""
    with tqdm.external_write_mode():
        stdout.write(line)
