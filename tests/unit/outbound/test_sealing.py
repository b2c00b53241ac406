"""What is sealed can be read with its key and no other."""

import subprocess
import sys

import pytest

from doctray.outbound.sealing import SealBroken, Sealer


def test_what_was_sealed_opens_under_the_same_key() -> None:
    assert Sealer(b"k" * 32).open(Sealer(b"k" * 32).seal(b"whsec_x")) == b"whsec_x"


def test_the_sealed_form_does_not_hold_the_secret() -> None:
    assert b"whsec_x" not in Sealer(b"k" * 32).seal(b"whsec_x")


@pytest.mark.parametrize(
    "sealed", [Sealer(b"other" * 8).seal(b"whsec_x"), b"", b"gAAAA", b"\xff\xfe"], ids=["another key", "empty", "short", "binary"]
)
def test_another_key_or_damage_is_said(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer(b"k" * 32).open(sealed)


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(Sealer(b"k" * 32).seal(b"whsec_x"))
    sealed[20] = sealed[20] ^ 1 if chr(sealed[20] ^ 1).isalnum() else sealed[20] ^ 2
    with pytest.raises(SealBroken):
        Sealer(b"k" * 32).open(bytes(sealed))


def test_the_modules_that_the_api_imports_load_neither_cryptography_nor_httpx() -> None:
    code = (
        "import sys, doctray.outbound.sealing, doctray.outbound.guard, doctray.outbound.signing, doctray.service.announce, doctray.service.deliver;"
        "print([name for name in ('cryptography', 'httpx', 'httpcore') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
