"""The demonstration's stack left running, with an account for the admin and a token."""

import signal

from demo.archive import DATA_ROOT, make_token, start
from demo.filling import cubes_being_written, fill
from demo.pipeline import Pipeline
from devtools.stack import Stack

PORT = 8000
ADMIN = "admin"


def serve() -> int:
    """Run the archive until it is interrupted."""
    with cubes_being_written() as writing, start(PORT) as stack:
        fill(Pipeline(stack), writing)
        password = make_admin(stack)
        token = make_token(stack, "pipeline")
        print(
            f"The archive runs at {stack.base_url}\n"
            f"  admin:   {stack.base_url}/admin/   user {ADMIN}, password {password}\n"
            f"  token:   {token}\n"
            f"  cubes:   put them below {DATA_ROOT} and post their paths:\n"
            f"           curl -H 'Authorization: Token {token}' -H 'Content-Type: application/json' \\\n"
            f'             -d \'{{"relative_path": "….fits"}}\' {stack.base_url}/api/v1/ingest/\n'
            f"  logs:    {stack.logs}\n"
            "Stop it with Ctrl-C.",
            flush=True,
        )
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("\nStopping …", flush=True)
    return 0


def make_admin(stack: Stack) -> str:
    """Make or reset the admin's account and return its new password."""
    script = (
        "import secrets\n"
        "from django.contrib.auth.models import User\n"
        "staff = {'is_staff': True, 'is_superuser': True}\n"
        f"user, _ = User.objects.get_or_create(username={ADMIN!r}, defaults=staff)\n"
        "password = secrets.token_urlsafe(9)\n"
        "user.set_password(password)\n"
        "user.save()\n"
        "print(password)\n"
    )
    return stack.manage("shell", "--no-imports", "--command", script).strip().splitlines()[-1]
