"""Ways to ask for a file outside a folder, for every field and URL that is a path."""

from pathlib import Path

SECRET = "secret.fits"
SECRET_BYTES = b"what nobody may read"


def lay_out(root: Path) -> None:
    """Put a secret beside a folder, and links to it into the folder."""
    (root.parent / SECRET).write_bytes(SECRET_BYTES)
    (root / "folder" / "deeper").mkdir(parents=True)
    (root / "link.fits").symlink_to(root.parent / SECRET)
    (root / "relative-link.fits").symlink_to(f"../{SECRET}")
    (root / "link-out").symlink_to(root.parent, target_is_directory=True)
    (root / "folder" / "link-up").symlink_to("../..", target_is_directory=True)


def path_tricks(root: Path) -> list[str]:
    """Name the secret that `lay_out` has put there, in more than thirty ways that must not work."""
    absolute = str(root.parent / SECRET)
    ups = (
        *(
            "..",
            "../data/..",
            "folder/../..",
            "folder/deeper/../../..",
            "./..",
            "././..",
            "..//",
            "/..",
            "//..",
            "....//",
        ),
        *("..././", "..;", "%2e%2e", "%2E%2E%2F", "..%2f", "..%5c", "%252e%252e%252f", "..%c0%af", "%c0%ae%c0%ae"),
        *(
            "..%ef%bc%8f",
            "%uff0e%uff0e",
            "..\\",
            "..\\/",
            "\uff0e\uff0e",
            "\u2025",
            "..\u2215",
            "..\u2044",
            "..\0",
            ".\0.",
        ),
        *("..\n", "..\r\n", " ..", ".. ", "\t..", "\ufeff..", "..\u200b", "..\u202e", "link-out", "folder/link-up"),
        *("~/..", "$HOME/..", "${PWD}/..", "`pwd`/..", "*/..", "folder/..\\..", "link-out/data/.."),
    )
    return [
        *(f"{up}/{SECRET}" for up in ups),
        *(absolute, f"/{absolute}", f"file://{absolute}", f"file:{absolute}", f"/proc/self/root{absolute}"),
        *(
            f"../{SECRET}\0.fits",
            f"../{SECRET}%00.fits",
            f"../{SECRET}\n.fits",
            f"\\\\localhost\\{SECRET}",
            "link.fits",
        ),
        *(
            "relative-link.fits",
            "/dev/zero",
            "/dev/fd/0",
            "C:\\secret.fits",
            f"http://localhost/{SECRET}",
            ".",
            "..",
            "/",
        ),
    ]
