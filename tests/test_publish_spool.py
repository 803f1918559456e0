"""Bytes that wait to be written: what goes in comes out, from memory and from a disk, and is told right."""

from __future__ import annotations

from hashlib import sha256
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aa_ld.publish import spool
from aa_ld.publish.building import _write
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.packed import pack
from aa_ld.publish.spool import Spool


@given(st.lists(st.binary(max_size=40)), st.integers(1, 50), st.integers(1, 9))
def test_what_is_written_is_read_whole_however_it_was_cut(pieces, most, piece):
    """Bytes, their number, their digest and their first line do not depend on pieces or on where they lie."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "MOST_IN_MEMORY", most)
        patch.setattr(spool, "PIECE", piece)
        held, whole = Spool.of(pieces), b"".join(pieces)
        line = whole[: whole.find(b"\n") + 1]

        assert [held.read(), held.read(), b"".join(held.pieces())] == [whole] * 3
        assert (held.size, held.digest) == (len(whole), sha256(whole).hexdigest())
        assert held.first in (line, b"") and (held.first == line or len(line) > most)


def test_many_bytes_lie_on_a_disk_and_few_in_memory():
    """A file without a name is made only for what is large."""
    held = [Spool.of([b"x" * size]) for size in (spool.MOST_IN_MEMORY, spool.MOST_IN_MEMORY + 1)]

    assert [each._file is not None for each in held] == [False, True]


def test_two_readers_do_not_disturb_each_other():
    """Each goes on where it was."""
    held = Spool.of([bytes(range(256)) * (spool.PIECE // 100)])

    assert [a + b for a, b in zip(held.pieces(), held.pieces(), strict=True)] == [
        2 * p for p in held.pieces()
    ]


def test_a_file_that_was_written_is_told_of_and_holds_nothing():
    """What catalogues say of it stays, and its bytes are given back."""
    table = Distribution.of("tables/x.csv", "A table", "text/csv", b"a,b\n1,2\n").written()

    assert (table.size, table.data.first) == (8, b"a,b\n")
    with pytest.raises(ValueError, match="closed"):
        table.data.read()


def test_large_files_come_whole_into_a_folder_and_into_an_archive(tmp_path):
    """Byte by byte the same as those that lie in memory, and the archive is the same too."""
    data = bytes(range(251)) * 9000
    (tmp_path / "none").mkdir()
    _write(tmp_path, [("x", data), ("y", Spool.of([data[:7], data[7:]]))])
    for name, content in (("a.zip", data), ("b.zip", Spool.of([data]))):
        pack(tmp_path / name, [("x", content)], tmp_path / "none", tmp_path)

    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes() == data
    assert ZipFile(tmp_path / "b.zip").read("x") == data
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
