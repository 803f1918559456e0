"""The knowledge, opened: everything a program does with it starts here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from aa_ld.errors import FallenFactError, RedefinedFactError, UnknownSourceError, UnknownTermError, UsageError
from aa_ld.standing import Standing, Wanted, take_out
from aa_ld.store import Layers, open_layers, said
from aa_ld.vocab import INFERRED, LAYERS, compact

if TYPE_CHECKING:
    import rdflib
    from pyoxigraph import Quad

    from aa_ld.advise import Advice
    from aa_ld.ask import Answer
    from aa_ld.explain import Explanation
    from aa_ld.fact import Fact
    from aa_ld.fallen import Fallen
    from aa_ld.groups import Profile
    from aa_ld.infer import Inference
    from aa_ld.question import Question
    from aa_ld.report import Report
    from aa_ld.rule import Rule
    from aa_ld.show import Description
    from aa_ld.sparql import Result
    from aa_ld.svg import Figure
    from aa_ld.why_not import WhyNot

#: What `source` may be, and the layers that it opens.
SOURCES = {"review": tuple(layer for layer in LAYERS if layer != "literature"), "all": LAYERS}

_TODAY = Wanted()

#: Layers of which no file of a user's may say anything new.
_OWNED = ("review", "literature")


class Knowledge:
    """Opened layers with the verbs on them.

    >>> kb = load("review")
    >>> [fact.id for fact in kb.facts(certainty="possible")]
    ['SF32', 'SF33']
    """

    def __init__(
        self,
        layers: Layers,
        source: str = "all",
        data: tuple[Path, ...] = (),
        wanted: Wanted = _TODAY,
    ) -> None:
        self.layers = layers
        self.source = source
        self.data = data
        self.wanted = wanted
        self.standing = Standing({}, ())
        self._inferred = False
        self._size = len(layers.store)

    def __len__(self) -> int:
        return len(self.layers.store)

    def __repr__(self) -> str:
        names = ", ".join(graph.value.rsplit("/", 1)[-1] for graph in self.layers.graphs)
        return f"<Knowledge: {len(self)} triples in {names}>"

    def ask(self, name: str, /, **params: str) -> Answer:
        """Answer one of the shipped questions; see aa_ld.ask.ask."""
        from aa_ld.ask import ask
        from aa_ld.question import find_question

        layers = self.inferred() if find_question(name).derived else self.layers
        return ask(layers, name, **params)

    def facts(self, *, hedged: bool | None = None, **filters: str) -> list[Fact]:
        """The facts that match the filters; see aa_ld.facts.find_facts."""
        from aa_ld.facts import find_facts

        return find_facts(self.layers, hedged=hedged, **filters)

    def infer(self, rules: Iterable[Rule] | None = None) -> Inference:
        """Carry out the rules, the shipped ones unless others are given; see aa_ld.infer.infer."""
        from aa_ld.infer import infer

        self._inferred = True
        return infer(self.layers, rules)

    def inferred(self) -> Layers:
        """The layers with all that follows from them; the rules run on first use."""
        if not self._inferred and not self._read_inferred():
            self.infer()
        return self.layers

    def concluded(self) -> list[Quad]:
        """The triples of all that followed when the rules were last carried out."""
        return list(self.layers.store.quads_for_pattern(None, None, None, self.layers.graph(INFERRED)))

    def _read_inferred(self) -> bool:
        """Whether the generated layer fits: all shipped facts, and not one triple more or less."""
        from aa_ld.inferred import read_inferred

        as_shipped = not (self.source != "all" or self.data or self.wanted.include or self.standing.facts)
        as_shipped = as_shipped and len(self) == self._size
        self._inferred = as_shipped and read_inferred(self.layers)
        return self._inferred

    def select(self, query: str) -> bytes:
        """Run a SELECT over the layers and what follows from them; SPARQL 1.1 Query Results JSON.

        So the knowledge can be given wherever a source is asked for.
        """
        return self.inferred().select(query)

    def questions(self) -> dict[str, Question]:
        """The shipped questions by name; see aa_ld.question."""
        from aa_ld.question import read_questions

        return read_questions()

    def show(self, name: str) -> Description:
        """Describe a term; see aa_ld.show.show."""
        from aa_ld.show import show

        return show(self.layers, name)

    def explain(self, name: str, texts: dict[str, str] | None = None) -> Explanation:
        """Explain a fact, or the facts about a term; see aa_ld.explain.explain."""
        from aa_ld.explain import explain

        try:
            return explain(self.inferred(), name, texts)
        except UnknownTermError:
            self._refuse_fallen(name)
            raise

    def _refuse_fallen(self, name: str) -> None:
        """A fact that was taken out is not unknown: say so."""
        said = {
            quad.subject for quad in self.standing.quads if str(getattr(quad.object, "value", "")) == name
        }
        wanted = {iri for iri in self.standing.facts if name in (iri, compact(iri))}
        wanted |= {getattr(subject, "value", "") for subject in said} & set(self.standing.facts)
        if wanted:
            raise FallenFactError(
                name,
                "This fact does not stand, or was not out by the date asked for.",
                "aa-ld facts --fallen says why; --include takes it in.",
            )

    def why_not(self, treatment: str, question: str) -> WhyNot:
        """Why a treatment is not in the answer to a question; see aa_ld.why_not.why_not."""
        from aa_ld.why_not import why_not

        return why_not(self.inferred(), treatment, question)

    def draw(self, figure: str, treatment: str | None = None) -> Figure:
        """The "balance" chart or the evidence "matrix" as a picture; see aa_ld.draw.draw."""
        from aa_ld.draw import draw

        return draw(self.inferred(), figure, treatment)

    def advise(self, profile: Profile | Iterable[str]) -> Advice:
        """What speaks for and against each treatment for a profile, or for diseases in words; see aa_ld.advise.advise."""
        from aa_ld.advise import advise
        from aa_ld.groups import Profile

        return advise(self.inferred(), profile if isinstance(profile, Profile) else self.profile(profile))

    def profile(
        self,
        has: Iterable[str],
        lacks: Iterable[str] = (),
        labs: Iterable[str] | Mapping[str, str] = (),
        had: Iterable[str] = (),
    ) -> Profile:
        """A patient profile in words: diseases, "IgE=high", "dupilumab"; see aa_ld.profile.read_profile."""
        from aa_ld.profile import read_profile

        return read_profile(self.layers, has, lacks, labs, had)

    def sparql(self, query: str, timeout: float = 30.0, inferred: bool = False) -> Result:
        """Run any read-only query in a process of its own, over what follows too if asked; see aa_ld.sparql.run_query."""
        from aa_ld.sparql import run_query

        layers = (*SOURCES[self.source], *([INFERRED] if inferred else []))
        return run_query(query, layers, self.data, timeout, wanted=self.wanted)

    def fallen(self) -> list[Fallen]:
        """What was taken out because it does not stand, and the conclusions that fell with it; see aa_ld.fallen."""
        from aa_ld.fallen import fallen

        everything = _opened(self.source, self.data)
        return fallen(self.standing, everything, self.inferred(), self.wanted.include)

    def validate(
        self,
        texts: dict[str, str] | None = None,
        engine: str = "sparql",
        files: dict[str, str] | None = None,
    ) -> Report:
        """Check the knowledge against the shapes, and its spans against texts.

        `texts` maps the SHA-256 of a source text to the text; `files` maps the
        path of a file to its text, to say file and line. See aa_ld.validate
        and aa_ld.spans.
        """
        from aa_ld.report import Report
        from aa_ld.validate import validate

        report = validate(self.layers, engine=engine, files=files)
        if texts:
            from aa_ld.spans import check_spans

            report = Report([*report, *check_spans(self.layers, texts)])
        return report

    def to_rdflib(self) -> rdflib.Dataset:
        """The same quads as an rdflib.Dataset, each layer a named graph."""
        import rdflib
        from pyoxigraph import RdfFormat

        dataset = rdflib.Dataset()
        dataset.parse(data=self.layers.store.dump(format=RdfFormat.N_QUADS), format="nquads")
        return dataset


def load(
    source: str = "all",
    data: str | Path | Iterable[str | Path] = (),
    as_of: str | None = None,
    include: str | Iterable[str] = (),
) -> Knowledge:
    """Open the shipped knowledge, and files of the user's own beside it.

    source   "review" (the review alone) or "all" the shipped layers
    data     RDF files in any common syntax, added beside them whatever the source
    as_of    "2020", "2020-07" or "2020-07-03": the knowledge as it stood by the end of it
    include  what is left out unless asked for: "retracted", "superseded" facts, and
             "unsure" readings, which otherwise carry no conclusion

    Nothing is written and nothing is fetched. What was taken out stands in
    `standing` of what is given back.

    Raises UnknownSourceError, DateError, ParameterValueError; the errors of
    aa_ld.intake for a file that cannot be read; and RedefinedFactError where a
    file says something new of a shipped fact or its evidence, which answers
    would show as the source's.

    >>> load("review").ask("treatments-toward-th2").column("treatment")
    ['local immunotherapy']
    >>> len(load().facts(about="dupilumab")) > len(load(as_of="2019").facts(about="dupilumab")) > 0
    True
    """
    paths = _paths(data)
    wanted = Wanted(as_of, (include,) if isinstance(include, str) else tuple(include))
    kb = Knowledge(_opened(source, paths), source, paths, wanted)
    kb.standing = take_out(kb.layers, wanted)
    return kb


def _opened(source: str, paths: tuple[Path, ...] = ()) -> Layers:
    """The layers of a source with files beside them, whatever stands."""
    if source not in SOURCES:
        raise UnknownSourceError(
            str(source), "There is no such choice of sources.", f"Use one of {', '.join(SOURCES)}."
        )
    layers = open_layers(SOURCES[source])
    for path in paths:
        from aa_ld.intake import read_rdf

        quads = said(read_rdf(path))
        owned = (layer for layer in _OWNED if layer in SOURCES[source])
        redefined = sorted(compact(iri) for layer in owned for iri in layers.redefined(quads, layer))
        if redefined:
            raise RedefinedFactError(
                str(path),
                f"The file says something new of {', '.join(redefined[:3])}, or takes its identifier; the shipped facts own it.",
                "Give your facts and their evidence IRIs and identifiers of their own; check an edited copy with aa-ld validate.",
            )
        layers.add_quads(quads, "data")
    return layers


def load_edited(data: Iterable[str | Path]) -> tuple[Knowledge, set[str]]:
    """Open everything with files in place of what they describe anew, to check them.

    Gives the knowledge and the IRIs of the shipped subjects that were replaced.
    """
    from aa_ld.intake import read_rdf

    paths = _paths(data)
    layers = _opened("all")
    replaced = layers.replace([quad for path in paths for quad in read_rdf(path)], "data")
    return Knowledge(layers, "all", paths), replaced


def _paths(data: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    found = (data,) if isinstance(data, str | Path) else tuple(data)
    for name in found:
        if str(name).startswith(("http://", "https://")):
            raise UsageError(
                str(name), "This is a web address, and nothing is fetched.", "Download the file first."
            )
    return tuple(Path(name) for name in found)
