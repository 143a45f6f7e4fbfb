"""``manage.py make_pipeline_account NAME``: an account that may post orders, and its token."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.pipeline_accounts import NotAPipeline, make_pipeline_account
from accounts.tokens import make_token


class Command(BaseCommand):
    """Prints a token once. It goes to standard output alone, so that it can be written to a file."""

    help = (
        "Make an account in the group Pipeline, which may post and read orders and grant access, and print a token for "
        "it. If the account exists in that group already, print another token; earlier ones stay valid."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="The name of the account.")
        parser.add_argument("--token-name", default="pipeline", help="The name of the token. Default: pipeline.")
        parser.add_argument(
            "--waits-for-result",
            action="store_true",
            help="With this token, the POST of an order answers when the order has ended.",
        )
        parser.add_argument(
            "--existing", action="store_true", help="Put an account that exists into the group if it is outside."
        )
        parser.add_argument("--replace", action="store_true", help="Revoke the account's earlier tokens.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = make_pipeline_account(options["name"], may_exist=options["existing"])
        except NotAPipeline as error:
            raise CommandError(str(error)) from None
        revoked = user.api_tokens.all().delete()[0] if options["replace"] else 0
        key = make_token(user, options["token_name"], waits_for_result=options["waits_for_result"])
        self.stderr.write(f"The account {user.get_username()} has a new token. It is shown this once:")
        self.stdout.write(key)
        if revoked:
            self.stderr.write(f"Earlier tokens that are revoked: {revoked}.")
