"""Addresses for search engines: in one file while it may hold all, in several beyond, and read again by our own tests."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aa_ld.fair.places import Folder
from aa_ld.fair.publication import Publication
from aa_ld.publish import sitemaps as of_sitemaps
from aa_ld.publish.sitemaps import sitemaps

SITE, DAY = "https://example.org/a&b/", "2026-11-22"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PATHS = st.lists(st.text("ab&<'\"é", max_size=8), max_size=12)


def written(paths: list[str], most: int, size: int = 50 << 20) -> dict[str, bytes]:
    """The files, where one may hold so many addresses and bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_sitemaps, "MOST_ADDRESSES", most)
        patch.setattr(of_sitemaps, "MOST_BYTES", size)
        return {path: held.read() for path, held in sitemaps(paths, SITE, DAY)}


def addresses(data: bytes) -> list[str]:
    """What a file names."""
    return [each.text or "" for each in ElementTree.fromstring(data).iter(f"{SPACE}loc")]


@given(PATHS, st.integers(1, 13), st.integers(300, 2000))
def test_every_address_stands_in_one_file_and_in_its_order(paths, most, size):
    """No file has more than it may, and the first one names all others, if there are others."""
    made = written(paths, most, size)
    parts = [name for name in made if name != "sitemap.xml"] or ["sitemap.xml"]

    assert [each for name in parts for each in addresses(made[name])] == [SITE + path for path in paths]
    assert all(len(addresses(made[name])) <= most and len(made[name]) <= size for name in parts)
    assert parts == ["sitemap.xml"] or addresses(made["sitemap.xml"]) == [SITE + name for name in parts]
    assert len(parts) == 1 or list(made) == [*parts, "sitemap.xml"]


def test_as_many_as_one_file_may_hold_stand_in_one():
    """One more makes two of it."""
    assert list(written(["a", "b"], 2)) == ["sitemap.xml"]
    assert list(written(["a", "b", "c"], 2)) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]


@pytest.mark.parametrize("most", [50_000, 2])
def test_our_tests_of_a_publication_read_every_sitemap(tmp_path, most):
    """A publication with several is looked at as one with a single one."""
    (tmp_path / "aa.ttl").touch()  # by which a publication is known
    for name, data in written(["", "fact/a", "fact/b", "Cell"], most).items():
        (tmp_path / name).write_bytes(data)

    assert Publication(Folder(tmp_path)).pages == ["fact/a", "fact/b", "Cell"]
