"""The columns of the table in which curators write facts: what each holds, and in what form.

A row is a fact with one line of evidence. A further row with the same fact and
nothing else about it is a further line. Columns are named after the words of
the model; docs/curating.md tells them to people, and a test holds both together.
"""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column.

    name        the word in the first row of the table
    of          what it describes: fact, cohort, line, publication or part
    form        the form of a value: term, fact, class, predicate, property, words, language, date, truth,
                count, node, piece
    meaning     one sentence for people
    categories  local names of classes; a term has to be a member of one of them
    many        whether several values may stand in a cell, with "; " between them
    words       whether words may stand there instead of a term
    """

    name: str
    of: str
    form: str
    meaning: str
    categories: tuple[str, ...] = ()
    many: bool = False
    words: bool = False


_ALL = (
    Column("fact", "fact", "node", "short name of the fact; left blank, one is made from the row"),
    Column("id", "fact", "words", "identifier, two capitals and a number, one of its own for each fact"),
    Column("class", "fact", "class", "kind of fact"),
    Column("subject", "fact", "term", "what the fact is about; the predicate says of which kind", many=True),
    Column("predicate", "fact", "predicate", "what is said of the subject; the class says which there are"),
    Column(
        "object",
        "fact",
        "term",
        "what it is said of; the predicate says of which kind",
        many=True,
        words=True,
    ),
    Column("polarity", "fact", "term", "positive or negative", ("Polarity",)),
    Column("certainty", "fact", "term", "how firmly the source says it", ("Certainty",)),
    Column("confidence", "fact", "term", "how sure the curator is of the reading", ("Confidence",)),
    Column(
        "population", "fact", "term", "group of people that was looked at", ("Person", "Scope", "NoValue")
    ),
    Column("context", "fact", "term", "disease in which it holds", ("Disease", "NoValue")),
    Column("species", "fact", "term", "species that was studied", ("Organism", "NoValue")),
    Column("compartment", "fact", "term", "where it was measured", ("Compartment", "NoValue")),
    Column(
        "comparator",
        "fact",
        "term",
        "group, or words, it was compared with",
        ("Person", "NoValue"),
        words=True,
    ),
    Column("time", "fact", "term", "time of measurement in words", ("NoValue",), words=True),
    Column("site", "fact", "term", "part of the body where it happens", ("BodyPart", "NoValue")),
    Column("direction", "fact", "term", "which way a level differs or moved", ("Direction", "NoValue")),
    Column("effect", "fact", "term", "what became of the condition", ("Effect", "NoValue")),
    Column("condition", "fact", "term", "what got better or worse", ("Disease", "Process", "NoValue")),
    Column(
        "measure", "fact", "term", "measure of an outcome or a strength, in words", ("NoValue",), words=True
    ),
    Column("value", "fact", "term", "number of that measure as it is printed", ("NoValue",), words=True),
    Column(
        "interval", "fact", "term", "confidence interval of the number, in words", ("NoValue",), words=True
    ),
    Column("signConvention", "fact", "term", "which sign is better, in words", ("NoValue",), words=True),
    Column("role", "fact", "term", "part that a cause plays", ("CausalRole", "NoValue"), many=True),
    Column("responseGroup", "fact", "term", "responders, others or all", ("ResponseGroup", "NoValue")),
    Column("cohort", "fact", "term", "short name of the people measured", ("Cohort", "NoValue")),
    Column("axisStanding", "fact", "term", "how firmly a mediator stands for an axis", ("AxisStanding",)),
    Column("heading", "fact", "term", "MeSH heading of a record entry"),
    Column("qualifier", "fact", "term", "MeSH qualifier of a record entry"),
    Column("majorTopic", "fact", "truth", "true or false: whether the entry is starred"),
    Column("concept", "fact", "term", "term that a keyword names"),
    Column("coveredBy", "fact", "fact", "fact that a record entry belongs to", ("Fact",), many=True),
    Column("repeats", "fact", "fact", "earlier fact that says the same", ("Fact",), many=True),
    Column("notCovered", "fact", "term", "why an entry, or a part of a text, has no fact", ("LedgerReason",)),
    Column("implied", "fact", "property", "columns whose value was read from the context", many=True),
    Column("sentence", "fact", "language", "the fact as one whole sentence for people"),
    Column("note", "fact", "language", "note of the curator"),
    Column("cohortName", "cohort", "language", "label of a cohort that is not loaded yet"),
    Column("cohortDefinition", "cohort", "language", "definition of that cohort"),
    Column(
        "cohortOverlaps", "cohort", "term", "cohorts that may share people with it", ("Cohort",), many=True
    ),
    Column("line", "line", "node", "short name of the evidence line; left blank, one is made"),
    Column("publication", "line", "node", "PMID, DOI, short name or name of the publication"),
    Column("pmid", "publication", "words", "its PubMed identifier"),
    Column("doi", "publication", "words", "its DOI"),
    Column("citation", "publication", "language", "its citation; this declares a publication not loaded yet"),
    Column("issued", "publication", "date", "when it came out: 2020, 2020-07 or 2020-07-03"),
    Column("publicationName", "publication", "language", "what sentences call it, such as the trial of 2021"),
    Column("publicationNote", "publication", "language", "note of the curator on the publication"),
    Column("kind", "line", "term", "kind of evidence", ("EvidenceKind",)),
    Column("stance", "line", "term", "supports or disputes", ("Stance",)),
    Column(
        "lineCertainty",
        "line",
        "term",
        "how firmly this line says it; left blank, as the fact",
        ("Certainty",),
    ),
    Column(
        "wording", "line", "term", "how it is worded; left blank without a text, not quoted", ("Wording",)
    ),
    Column("design", "line", "term", "study design", ("StudyDesign", "NoValue")),
    Column("sampleSize", "line", "count", "number of people behind the finding, or not stated"),
    Column("arms", "line", "words", "groups of the study with the number of each, in words"),
    Column("hedge", "line", "words", "words by which the authors hold back, as they stand there"),
    Column("hedgeSpan", "line", "piece", "where they stand; left blank, sought in the span"),
    Column("cue", "line", "words", "words that colour the claim and are no hedge"),
    Column("cueSpan", "line", "piece", "where they stand; left blank, sought in the span"),
    Column("text", "line", "node", "name of the source text, as in NAME.txt of the folder of texts"),
    Column("part", "line", "node", "part of the text; left blank, the one in which the span lies"),
    Column("span", "line", "piece", "START..END in characters from 0, or the words themselves"),
    Column("focus", "line", "piece", "the same for the focus; left blank, the whole span"),
    Column("mentions", "line", "term", "terms that the words of the span name", ("Entity",), many=True),
)

#: Column by name, in the order of the template.
COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}

#: Columns whose value is a property of the fact of the same name.
PLAIN = tuple(
    c.name for c in _ALL if c.of == "fact" and c.name not in ("fact", "id", "class", "sentence", "note")
)


def template() -> str:
    """The first row of a table that has every column.

    >>> template().split("\\t")[:3]
    ['fact', 'id', 'class']
    """
    return "\t".join(COLUMNS) + "\n"
