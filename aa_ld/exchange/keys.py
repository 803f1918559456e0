"""Who signs: an RSA key of the user's own, read once and kept in memory, and what the user says of themselves.

Keys are read as OpenSSL, ssh-keygen and the nanopublication library write them:
PEM (PKCS#8 or PKCS#1, encrypted or not), OpenSSH, DER, or bare base64. The file
is only read; neither the key nor its passphrase is ever printed or written.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from aa_ld.errors import KeyFileError, MissingExtraError, ParameterValueError
from aa_ld.vocab import printable

#: The environment variable that holds the passphrase of an encrypted key.
PASSPHRASE = "AA_LD_KEY_PASSPHRASE"

#: The oldest release of the library that finds tampered files.
NEEDED = (2, 2, 2)

_MOST_BYTES = 1 << 16
_FEWEST_BITS, _MOST_BITS = 2048, 16384
_BARE = re.compile(rb"[A-Za-z0-9+/=\s]+")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dX])/?")


class Signer:
    """A person with a key; it shows itself without the key.

    orcid    IRI of the person, as https://orcid.org/…
    name     the name as the person gives it; may be empty
    public   the public key in base64, as it stands in each nanopublication
    profile  both keys as the nanopub library takes them
    """

    __slots__ = ("name", "orcid", "profile", "public")

    def __init__(self, orcid: str, name: str, profile: Any) -> None:
        self.orcid, self.name, self.profile = orcid, name, profile
        self.public: str = profile.public_key

    def __repr__(self) -> str:
        return f"<Signer {self.orcid}, key {fingerprint(self.public)}>"


def open_signer(path: str, orcid: str, name: str = "", passphrase: Callable[[], str] | None = None) -> Signer:
    """A signer, from the file of a private key.

    orcid       as https://orcid.org/…, or its digits
    passphrase  asked only where the key is encrypted

    Raises MissingExtraError where the nanopub library is missing or too old,
    ParameterValueError for what is no ORCID iD, KeyFileError for a file that is
    no private RSA key of 2048 bits or more, MissingFileError and NotAFileError.
    """
    check_library()
    found = orcid_of(orcid)
    key = _read(path, passphrase)
    from nanopub import Profile

    # As text: given a path, the library would read the file by its own rules.
    private = b64encode(key.export_key("DER", pkcs=8)).decode()
    return Signer(found, name.strip(), Profile(found, name.strip(), private))


def check_library() -> None:
    """Raise MissingExtraError unless the nanopub library is there, in a release that finds tampered files."""
    from importlib import metadata

    remedy = "Install it with pip install 'aa-ld[nanopub]', on Python 3.12 or newer."
    try:
        version = metadata.version("nanopub")
    except metadata.PackageNotFoundError:
        raise MissingExtraError("nanopub", "The library nanopub is not installed.", remedy) from None
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if numbers < NEEDED:
        what = f"The library nanopub is {printable(version, 40)}, which calls tampered files valid."
        raise MissingExtraError("nanopub", what, remedy)


def orcid_of(text: str) -> str:
    """The IRI of an ORCID iD, whose last sign proves the others (ISO 7064, MOD 11-2).

    Raises ParameterValueError for what is none.

    >>> orcid_of("0000-0000-0000-0001")
    'https://orcid.org/0000-0000-0000-0001'
    """
    found = _ORCID.fullmatch(text.strip())
    total = 0
    for digit in found[1].replace("-", "")[:-1] if found else "":
        total = (total + int(digit)) * 2
    if not found or "0123456789X"[(12 - total % 11) % 11] != found[1][-1]:
        what = f"{printable(text, 60)} is no ORCID iD." if text.strip() else "It is not said who signs."
        raise ParameterValueError("--orcid", what, "Give your own, as it stands on orcid.org.")
    return f"https://orcid.org/{found[1]}"


def fingerprint(public: str) -> str:
    """A short name of a public key in base64: the beginning of its SHA-256, as people compare keys by."""
    return sha256(b64decode(public)).hexdigest()[:16]


def _read(path: str, passphrase: Callable[[], str] | None) -> Any:
    """The private key of a file."""
    import os

    from aa_ld.intake import blocks, open_file

    shown = printable(path, 300)
    handle = open_file(path)
    try:
        data = b"".join(blocks(path, handle, _MOST_BYTES))
    finally:
        os.close(handle)
    secret = None
    if _encrypted(data):
        secret = passphrase() if passphrase else ""
        if not secret:
            what, remedy = "The key is encrypted, and there is no passphrase.", f"Set {PASSPHRASE}."
            raise KeyFileError(shown, what, remedy)
    key = _imported(data, secret, shown)
    if not key.has_private():
        what = "This is a public key, which can check but not sign."
        raise KeyFileError(shown, what, "Name the file of the private key.")
    bits = key.size_in_bits()
    if not _FEWEST_BITS <= bits <= _MOST_BITS:
        what = f"The key has {bits} bits; one of fewer than {_FEWEST_BITS} can be broken."
        if bits > _MOST_BITS:
            what = f"The key has {bits} bits, and no more than {_MOST_BITS} are taken."
        raise KeyFileError(shown, what, "Make one with openssl genrsa -out key.pem 2048.")
    return key


def _imported(data: bytes, secret: str | None, shown: str) -> Any:
    from Crypto.PublicKey import RSA

    text = data.strip()
    if text and _BARE.fullmatch(text) and not text.startswith(b"ssh-"):
        with suppress(ValueError):
            data = b64decode(text)
    try:
        return RSA.import_key(data, passphrase=secret)
    # The library raises whatever its parsers meet. What it says may quote the file, so it is not repeated.
    except Exception:
        what = "The passphrase does not open this key." if secret else "This is no RSA key that can be read."
        remedy = (
            f"Correct {PASSPHRASE}."
            if secret
            else "Name a private key, as openssl genrsa -out key.pem 2048 makes one."
        )
        raise KeyFileError(shown, what, remedy) from None


def _encrypted(data: bytes) -> bool:
    if b"BEGIN OPENSSH PRIVATE KEY" in data:
        body = b"".join(line for line in data.splitlines() if not line.startswith(b"-----"))
        try:
            return b"none" not in b64decode(body)[15:23]
        except ValueError:
            return False
    return b"ENCRYPTED" in data
