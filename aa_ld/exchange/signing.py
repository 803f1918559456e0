"""Nanopublications signed by a key, which gives them names that prove what they hold, and checked.

The nanopub library signs and computes the trusty name; no clock is read, so the
same graphs, date and key give the same bytes. Its check does not look at what
the verification of a signature says (2.2.2, measured with a file that was changed
and given the name of its new content), so the signature is verified here too.
Specifications: https://nanopub.net/guidelines/working_draft/, https://trustyuri.net/spec/v1.FA-RA/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld.errors import NanopubError
from aa_ld.exchange.described import Described, parsed
from aa_ld.exchange.keys import Signer, check_library
from aa_ld.exchange.nanopub import PARTS, Graphs, graphs_of, laid_out, trig
from aa_ld.store import Source
from aa_ld.vocab import BASE, PREFIXES, printable

_NP, _NPX = PREFIXES["np"], PREFIXES["npx"]
_TARGET = NamedNode(_NPX + "hasSignatureTarget")

#: What all names of signed nanopublications begin with; the code of the content follows.
NAMES = BASE + "nanopub/"

#: Servers take no more triples in one nanopublication.
MOST_TRIPLES = 1200

#: The name of a signed nanopublication.
TRUSTY = re.compile(r"[^<>\s]*[/#.](RA[A-Za-z0-9_-]{43})")


class Signed(NamedTuple):
    """A signed nanopublication.

    iri     its trusty IRI
    code    the end of it, which is a digest of all that is said
    text    TriG, in the layout of ours or as it was read
    key     the public key in base64
    signer  IRI of who signed it; may be empty
    quads   what is said
    """

    iri: str
    code: str
    text: str
    key: str
    signer: str
    quads: tuple[Quad, ...]


def sign(parts: Graphs, signer: Signer, supersedes: str = "") -> Signed:
    """Sign the graphs of a nanopublication whose IRI is NAMES, and check what came out.

    supersedes  IRI of the one that this one takes the place of

    Raises NanopubError for one that is too large, has blank nodes, or that the library refuses.
    """
    from nanopub import Nanopub, NanopubConf

    this = NamedNode(NAMES)
    told = dict(parts)
    if supersedes:
        link = Triple(this, NamedNode(_NPX + "supersedes"), NamedNode(supersedes))
        told["pubinfo"] = [*told["pubinfo"], link]
    told["pubinfo"] = [*told["pubinfo"], *names(signer)]
    where = next((str(t.object) for t in told["pubinfo"] if t.predicate.value == _NPX + "introduces"), NAMES)
    _check_size(sum(map(len, told.values())), where)
    if any(
        isinstance(each, BlankNode)
        for triples in told.values()
        for t in triples
        for each in (t.subject, t.object)
    ):
        what = "It has a blank node, and nobody can say twice which one that is."
        raise NanopubError(where, what, "Give the node an IRI.")
    try:
        made = Nanopub(rdf=_dataset(trig(*laid_out(NAMES, told))), conf=NanopubConf(profile=signer.profile))
        made.sign()
        text = _laid_out(made.rdf, str(made.source_uri))
    except Exception as error:  # whatever the library raises
        what = f"It cannot be signed: {_plain(error)}"
        raise NanopubError(where, what, "Correct the fact.") from None
    return check(text, where)


def names(signer: Signer) -> list[Triple]:
    """The name of who signs, if it was given."""
    name = Triple(NamedNode(signer.orcid), NamedNode(PREFIXES["foaf"] + "name"), Literal(signer.name))
    return [name] if signer.name else []


def read_by_library(parts: Graphs) -> list[Quad]:
    """What the library makes of the graphs of a nanopublication, whose IRI is NAMES: it rewrites some literals."""
    return list(
        parse(_dataset(trig(*laid_out(NAMES, parts))).serialize(format="nquads").encode(), RdfFormat.N_QUADS)
    )


def signed_nanopubs(source: Source, facts: Iterable[Described], signer: Signer) -> str:
    """Facts as the text of one TriG document, each a signed nanopublication. Raises NanopubError."""
    return "\n".join(sign(parts, signer).text for _, parts in graphs_of(source, facts, NAMES))


def check(text: str, where: str) -> Signed:
    """The nanopublication that a text holds, where it is what was signed.

    where  what errors name: a file, or a fact

    Raises NanopubError where it is not signed or not what was signed,
    MissingExtraError, NestingError, and RdfSyntaxError with line and column.
    """
    check_library()
    quads = parsed(text, RdfFormat.TRIG, where)
    iri, code = _name(quads, where)
    _check_size(len(quads), where)
    target = {str(q.subject) for q in quads if q.predicate == _TARGET and q.object == NamedNode(iri)}
    said = [(q.predicate.value.removeprefix(_NPX), _value(q)) for q in quads if str(q.subject) in target]
    signatures, keys, who = (
        [value for name, value in said if name == wanted]
        for wanted in ("hasSignature", "hasPublicKey", "signedBy")
    )
    if len(target) != 1 or len(signatures) != 1 or len(keys) != 1:
        raise _refused(where, "It has no signature, or more than one.")
    try:
        _verify(text, min(target)[1:-1], signatures[0], keys[0])
    except Exception as error:  # the library raises whatever it meets in what others wrote
        raise _refused(where, _plain(error)) from None
    return Signed(iri, code, text, keys[0], "".join(who[:1]), tuple(quads))


def _value(quad: Quad) -> str:
    return quad.object.value if isinstance(quad.object, NamedNode | Literal) else str(quad.object)


def _verify(text: str, node: str, signature: str, public: str) -> None:
    """Raise an error of the library's unless the name fits the content, and the signature both."""
    from base64 import b64decode

    from Crypto.Hash import SHA256
    from Crypto.PublicKey import RSA
    from Crypto.Signature import pkcs1_15
    from nanopub import Nanopub
    from nanopub.trustyuri.rdf import RdfHasher, RdfUtils

    found = Nanopub(rdf=_dataset(text))
    if not (found.metadata.trusty and found.is_valid):
        raise ValueError("the library finds it invalid")
    signed = [
        quad
        for quad in RdfUtils.get_quads(found.rdf)
        if (str(quad[1]), str(quad[2])) != (node, _NPX + "hasSignature")
    ]
    normal = RdfHasher.normalize_quads(signed, baseuri=str(found.namespace), hashstr=" ")
    pkcs1_15.new(RSA.import_key(b64decode(public))).verify(SHA256.new(normal.encode()), b64decode(signature))


def _name(quads: list[Quad], where: str) -> tuple[str, str]:
    """The IRI of the one nanopublication, and its code."""
    heads = {str(q.subject)[1:-1] for q in quads if q.predicate.value == _NP + "hasAssertion"}
    if len(heads) != 1:
        what = "There are several nanopublications in it." if heads else "There is no nanopublication in it."
        raise NanopubError(where, what, "Give a file that holds one.")
    (iri,) = heads
    found = TRUSTY.fullmatch(iri)
    if not found:
        raise NanopubError(where, "It is not signed.", "Sign it: aa-ld publish DIR --key FILE --orcid ORCID.")
    return iri, found[1]


def _check_size(triples: int, where: str) -> None:
    if triples > MOST_TRIPLES:
        what = f"It has {triples:,} triples, and servers take no more than {MOST_TRIPLES:,}."
        raise NanopubError(where, what, "Say it as several facts.")


def _refused(where: str, what: str) -> NanopubError:
    return NanopubError(
        where, f"It is not what was signed: {what}", "Take it from where it was published, or sign anew."
    )


def _plain(error: Exception) -> str:
    """What a library says, without the colours of a terminal."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", str(error)) or type(error).__name__
    return printable(said, 300).rstrip(".") + "."


def _dataset(text: str) -> Any:
    import logging

    from rdflib import Dataset

    data, log = Dataset(), logging.getLogger("rdflib.term")
    before, log.disabled = log.disabled, True  # it shows a traceback for each literal of a wrong form
    try:
        data.parse(data=text, format="trig")
    finally:
        log.disabled = before
    return data


def _laid_out(data: Any, iri: str) -> str:
    """A dataset of rdflib in our layout."""
    said: Graphs = {part: [] for part in PARTS}
    for quad in parse(data.serialize(format="nquads").encode(), RdfFormat.N_QUADS):
        said[str(quad.graph_name)[1:-1].removeprefix(iri + "/")].append(quad.triple)
    return trig(*laid_out(iri + "/", {part: sorted(said[part], key=str) for part in PARTS}))
