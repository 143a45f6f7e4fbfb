"""Starts the stand-in SVO as its own process: ``python -m devtools.svo.__main__ --port 8100``."""

import argparse
import os
import signal

from devtools.svo import SvoServer

__all__ = ["SvoServer", "main"]


def main() -> None:
    """Serve until a signal ends the process."""
    parser = argparse.ArgumentParser(description="A stand-in for the SOLARNET Virtual Observatory, all in memory.")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: a free one)")
    parser.add_argument("--username", default="archive", help="the account that may write (default: %(default)s)")
    parser.add_argument(
        "--key", default=os.environ.get("SVO_API_KEY"), help="the API key (default: the environment's SVO_API_KEY)"
    )
    arguments = parser.parse_args()
    if not arguments.key:
        parser.error("an API key is needed: give --key, or set SVO_API_KEY")
    ends = {signal.SIGINT, signal.SIGTERM}
    # Blocked before the server's threads start, so that only sigwait sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with SvoServer(port=arguments.port, username=arguments.username, key=arguments.key) as svo:
        print(f"The stand-in SVO is at {svo.url}", flush=True)
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
