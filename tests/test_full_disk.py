"""What lies in temporary files goes when it is done with, and a disk that takes no more is named as what it is."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from sqlite3 import Connection, ProgrammingError

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from aa_ld import load
from aa_ld.curation import cells as cells_
from aa_ld.curation.cells import Cells
from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.exporting import export_table
from aa_ld.fact import read_facts
from aa_ld.publish.tables import facts_table
from aa_ld.store import open_layers
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES

REPOSITORY = Path(__file__).parents[1]

LIMITED = """
import resource, sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad
from aa_ld import in_order
from aa_ld.curation.known import KnownNames
from aa_ld.publish.building import _said_of
from aa_ld.publish.spool import Spool
from aa_ld.store import open_layers

def lines():
    in_order.MOST_IN_MEMORY = 1000
    held = in_order.InOrder(b"x" * 500 for _ in range(100))
    return list(held)

def spooled():
    spool = Spool.of([b"x" * (1 << 19)] * 4)
    return spool.read()

def names():
    layers, label = open_layers(), NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    named = (Quad(NamedNode(f"https://w3id.org/aa-ld/T{n}"), label, Literal(f"n{n}" * 20)) for n in range(20_000))
    layers.add_quads(named, "data")
    return KnownNames(layers).meant("serum")

def target():
    with open(sys.argv[1], "wb") as file:
        Spool.of([b"x" * 30_000]).copy_to(file)
        file.flush()

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for work in (lines, spooled, names, target):
    try:
        with _said_of("site", Path("site")):
            work()
    except OSError as error:
        print(work.__name__, error.filename, error.errno is not None)
"""


def test_a_full_disk_of_temporary_files_is_named_and_not_the_folder_that_is_written(tmp_path):
    """A limit on the size of files stops a write as a full disk does; what goes into the folder itself names that."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "site")],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(REPOSITORY)},
    )

    # Python 3.13 says of a temporary file that it could not be emptied when it went.
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        *(f"{work} {tmp_path} True" for work in ("lines", "spooled", "names")),
        "target site True",
    ]


def open_databases() -> int:
    """How many databases are open in this process."""
    return sum(isinstance(each, Connection) and is_open(each) for each in gc.get_objects())


def is_open(database: Connection) -> bool:
    """Whether a database still answers."""
    try:
        database.execute("SELECT 1")
    except ProgrammingError:
        return False
    return True


@pytest.mark.parametrize("way", ["table", "export", "refused"])
def test_names_on_a_disk_go_with_the_table_also_without_the_collector(way):
    """Whatever circles there are, and whatever facts are refused."""
    kb = load("review")
    iris = sorted(fact.iri for fact in kb.facts() if fact.evidence)[:3]
    if way == "refused":
        concept = NamedNode(BASE + "compartment")
        kb.layers.add_quads([Quad(NamedNode(iris[0]), concept, NamedNode(BASE + "Dupilumab"))], "data")
    gc.collect()
    gc.disable()
    try:
        before = open_databases()
        told = export_table(kb.layers, iris) if way == "export" else facts_table(kb.layers, lambda: iris)
        left = open_databases() - before
    finally:
        gc.enable()

    assert told
    assert left == 0


def test_a_term_of_the_wrong_kind_is_told_as_such_however_many_were_before(monkeypatch):
    """Also where the nearest are not sought any more, in this table or in one before it."""
    monkeypatch.setattr(cells_, "_MOST_SOUGHT", 1)
    cells = Cells(open_layers())
    cells.read(2, COLUMNS["compartment"], "no such thing")
    later = cells.anew()
    later.read(3, COLUMNS["compartment"], "dupilumab")
    later.read(4, COLUMNS["compartment"], "nor this")

    assert [fault.what for fault in later.faults] == [
        "“dupilumab”: This is not of the kind asked for: compartment or no value.",
        "“nor this”: No loaded file declares this term.",
    ]


def test_a_fact_of_many_lines_is_read_with_each_of_them_once():
    """Each value once, in whatever graphs it stands, of twenty thousand lines."""
    layers, about = open_layers(), NamedNode(PREFIXES["fact"] + "of-many-lines")
    evidence = NamedNode(BASE + "evidence")
    lines = [NamedNode(f"{PREFIXES['evidence']}line-{number:05}") for number in range(20_000)]
    layers.store.extend(Quad(about, evidence, line, NamedNode(f"x:{g}")) for line in lines for g in "ab")
    layers.store.add(Quad(about, NamedNode(IDENTIFIER), Literal("NF01"), NamedNode("x:a")))
    (fact,) = read_facts(layers, [about.value])

    assert [line.iri for line in fact.evidence] == [line.value for line in lines]
