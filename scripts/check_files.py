"""Refuse files that do not belong into a repository: large, secret, or without a last newline."""

import sys
from pathlib import Path
from typing import Final

LARGEST_KB: Final = 100
# Lock files grow with what they lock, and pictures of the documentation are worth their size.
_MAY_BE_LARGE: Final = (".lock", "package-lock.json", ".png")
_KEY_MARK: Final = b"-----BEGIN " + b"PRIVATE KEY-----"
_KEY_MARKS: Final = (_KEY_MARK, _KEY_MARK.replace(b"PRIVATE", b"RSA PRIVATE"))


def problems(path: Path) -> list[str]:
    """Return what is wrong with a file."""
    content = path.read_bytes()
    found = []
    if len(content) > LARGEST_KB * 1000 and not path.name.endswith(_MAY_BE_LARGE):
        found.append(f"larger than {LARGEST_KB} kB")
    if any(mark in content for mark in _KEY_MARKS):
        found.append("holds a private key")
    is_text = b"\0" not in content
    if is_text and content and (not content.endswith(b"\n") or content.endswith(b"\n\n")):
        found.append("does not end with one newline")
    return [f"{path}: {problem}" for problem in found]


def main(names: list[str]) -> int:
    """Check the named files; return 1 when any of them has a problem."""
    found = [problem for name in names for problem in problems(Path(name))]
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
