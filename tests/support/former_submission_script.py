"""Behaves as the submission script of sst_archive does, which pipelines run unmodified.

Written from a description of it. It knows nothing of orders: it posts a cube, prints one sentence and ends with 0 if
the status is 2xx; any other status is an uncaught exception, with which Python ends with 1.
"""

import argparse
import os

import requests


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", help="A FITS cube, relative to --science-data-root.")
    parser.add_argument("--science-data-root", default="")
    parser.add_argument("--oid")
    parser.add_argument("--swedish-data", action="store_true")
    parser.add_argument("--owner-emails", nargs="*", default=[])
    parser.add_argument("--interactive", action="store_true")
    parser.add_argument("--api-endpoint", required=True)
    parser.add_argument("--api-key", required=True)
    options = parser.parse_args()
    path = os.path.join(options.science_data_root, options.file)
    data = {"relative_path": os.path.relpath(path, options.science_data_root) if options.science_data_root else path}
    if options.interactive and input(f"Submit {path}? [y/N] ") != "y":
        return
    if options.oid:
        data["oid"] = options.oid
    if options.owner_emails:
        data["owner_email_addresses"] = options.owner_emails
    if options.swedish_data:
        data["swedish_data"] = True
    answer = requests.post(options.api_endpoint, json=data, headers={"Authorization": f"Token {options.api_key}"})
    if answer.status_code == 400:
        print(answer.json())
    answer.raise_for_status()
    print("Data cube submitted.")


if __name__ == "__main__":
    main()
