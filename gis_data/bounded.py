"""Bytes of a file, never more than the cap, whatever it claims to be when unpacked."""

import gzip
import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from service.domain.errors import InvalidInputError

_CHUNK = 1 << 20
_MEGABYTE = 1_000_000

# What the first bytes say of a file, and what to do about it when it is not what was asked for.
_FOREIGN = (
    (b"%PDF", "a PDF; export the table behind it as CSV or XLSX"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (.xls, .doc); save it as XLSX or CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one file may hold: bytes once unpacked, and rows."""

    max_bytes: int = 200 * _MEGABYTE
    max_rows: int = 2_000_000


DEFAULT_LIMITS = Limits()


def read_bytes(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return what a file holds, unpacked when it is gzip.

    Raises:
        InvalidInputError: There is no such file, it is empty, or it is larger than the limit.
    """
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder; name one file")
    if not path.exists():
        raise InvalidInputError(f"there is no file {path}")
    try:
        with path.open("rb") as file:
            content = file.read(limits.max_bytes + 1)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error
    _refuse_large(path.name, len(content), limits)
    if content.startswith(b"\x1f\x8b"):
        content = _unpack_gzip(path.name, content, limits)
    if not content.strip(b"\x00\r\n\t "):
        raise InvalidInputError(f"{path.name} is empty")
    return content


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as they lie on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_foreign(name: str, content: bytes) -> None:
    """Refuse a kind of file that neither a table nor a map reader can use, and say which it is."""
    for magic, what in _FOREIGN:
        if content.startswith(magic):
            raise InvalidInputError(f"{name} is {what}")


def open_zip(name: str, content: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open an archive whose members together stay within the limit once unpacked.

    Raises:
        InvalidInputError: It is damaged, encrypted, or unpacks to more than the limit.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise InvalidInputError(f"{name} is a damaged archive; send it again") from error
    if any(member.flag_bits & 0x1 for member in archive.infolist()):
        raise InvalidInputError(f"{name} is locked with a password; save it without one")
    # zipfile never reads more of a member than the directory declares, so the sum is a bound.
    _refuse_large(name, sum(member.file_size for member in archive.infolist()), limits)
    return archive


def _unpack_gzip(name: str, content: bytes, limits: Limits) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while part := packed.read(_CHUNK):
                parts.append(part)
                size += len(part)
                _refuse_large(name, size, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError(f"{name} is a damaged gzip file; send it again") from error
    return b"".join(parts)


def _refuse_large(name: str, size: int, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise InvalidInputError(
            f"{name} holds more than {limits.max_bytes // _MEGABYTE} MB once unpacked; split it, "
            f"or raise WANGGE_MAX_UPLOAD_MB"
        )
