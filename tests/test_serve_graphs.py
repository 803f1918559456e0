"""`aa-ld serve` does what the Graph Store HTTP Protocol says: a test for each of the W3C's, by its name."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse
from served import TOKEN, ask, iri, reading, send, writing

from aa_ld.vocab import PREFIXES

_FOAF = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> . "


def card(name, served, number=1):
    """A person with a business card, whose node has no name, as Turtle."""
    person = f"{served.url}/store/person/{number}"
    return f'{_FOAF} <{person}> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "{name}" ] .'


def put(path, body, method="PUT", kind="text/turtle; charset=utf-8"):
    """A request that writes, with the token."""
    return send(writing(), method, path, body, TOKEN, Content_Type=kind)


def names(answer):
    """The words that a document holds."""
    assert answer.kind == "text/turtle"
    quads = parse(answer.body, RdfFormat.TURTLE)
    return sorted(quad.object.value for quad in quads if hasattr(quad.object, "language"))


def person(number):
    """The path of a graph that is named by it."""
    return f"/store/person/{number}.ttl"


def test_put__initial_state():
    """A PUT makes a graph that was not there."""
    assert put(person("a"), card("John Doe", writing())).status == 201


def test_get_of_put__initial_state():
    """What was put is got, by ?graph= too."""
    put(person("b"), card("John Doe", writing()))
    by_name = f"/store?graph={iri(writing().url + person('b'))}"

    assert (
        names(send(writing(), "GET", by_name)) == names(send(writing(), "GET", person("b"))) == ["John Doe"]
    )


def test_put__graph_already_in_store():
    """A PUT takes the place of what was there."""
    put(person("c"), card("John Doe", writing()))

    assert put(person("c"), card("Jane Doe", writing())).status == 204


def test_get_of_put__graph_already_in_store():
    """Nothing of what was there before is left."""
    put(person("d"), card("John Doe", writing()))
    put(person("d"), card("Jane Doe", writing()))

    assert names(send(writing(), "GET", person("d"))) == ["Jane Doe"]


def test_put__default_graph():
    """The default graph can be put, and is then what was put."""
    first = put("/store?default", card("Alice", writing()))
    again = put("/store?default", card("Alice", writing()))

    assert first.status in (201, 204)
    assert again.status == 204
    put("/store?default", "")


def test_get_of_put__default_graph():
    """The default graph of the store is what was written there, while queries also see all named graphs in it."""
    put("/store?default", card("Alice", writing()))

    assert names(send(writing(), "GET", "/store?default")) == ["Alice"]
    assert ask(
        writing(), 'ASK { ?card <http://www.w3.org/2006/vcard/ns#fn> "Alice" . ?f a aa:RiskStatement }'
    ).boolean()
    put("/store?default", "")


def test_put__mismatched_payload():
    """A body that is not what its header says changes nothing."""
    put(person("e"), card("John Doe", writing()))

    assert put(person("e"), "<person><name>Jane</name></person>").status == 400
    assert put(person("e"), card("Jane Doe", writing()), kind="application/rdf+xml").status == 400
    assert names(send(writing(), "GET", person("e"))) == ["John Doe"]


def test_delete__existing_graph():
    """A graph can be deleted."""
    put(person("f"), card("John Doe", writing()))

    assert send(writing(), "DELETE", person("f"), token=TOKEN).status == 200


def test_get_of_delete__existing_graph():
    """A graph that was deleted is not there."""
    put(person("g"), card("John Doe", writing()))
    send(writing(), "DELETE", person("g"), token=TOKEN)

    assert send(writing(), "GET", person("g")).status == 404


def test_delete__nonexistent_graph():
    """What is not there cannot be deleted."""
    assert send(writing(), "DELETE", person("nobody"), token=TOKEN).status == 404


def test_post__existing_graph():
    """A POST to a graph adds to it."""
    put(person("h"), card("John Doe", writing()))

    assert put(person("h"), card("Jane Doe", writing()), "POST").status == 200


def test_get_of_post__existing_graph():
    """Both what was there and what was added is got."""
    put(person("i"), card("John Doe", writing()))
    put(person("i"), card("Jane Doe", writing()), "POST")

    assert names(send(writing(), "GET", person("i"))) == ["Jane Doe", "John Doe"]


_PARTS = (
    '--end\r\nContent-Disposition: form-data; name="{0}"; filename="{0}.ttl"\r\n'
    "Content-Type: text/turtle; charset=utf-8\r\n\r\n{1}\r\n"
)


def form(*names):
    """A form with a document for each name."""
    documents = [f'{_FOAF} <http://e/{name}> foaf:name "{name}" .' for name in names]
    pairs = zip(names, documents, strict=True)
    return "".join(_PARTS.format(name, document) for name, document in pairs) + "--end--\r\n"


def test_post__multipart_formdata():
    """Several documents come as parts of one form."""
    put(person("j"), card("John Doe", writing()))

    assert put(person("j"), form("first", "last"), "POST", "multipart/form-data; boundary=end").status == 200


def test_get_of_post__multipart_formdata():
    """Each part was added."""
    put(person("k"), "")
    put(person("k"), form("first", "last"), "POST", "multipart/form-data; boundary=end")

    assert names(send(writing(), "GET", person("k"))) == ["first", "last"]


def test_post__create__new_graph():
    """A POST to the store itself makes a graph and says where."""
    answer = put("/store", card("Alice", writing()), "POST")

    assert answer.status == 201
    assert answer.headers["location"].startswith(writing().url + "/store/")


def test_get_of_post__create__new_graph():
    """What was made is found where the answer said."""
    place = put("/store", card("Alice", writing()), "POST").headers["location"]

    assert names(send(writing(), "GET", place.removeprefix(writing().url))) == ["Alice"]


def test_get_of_post__after_noop():
    """A POST of nothing changes nothing."""
    place = put("/store", card("Alice", writing()), "POST").headers["location"].removeprefix(writing().url)

    assert put(place, "", "POST").status == 200
    assert names(send(writing(), "GET", place)) == ["Alice"]


def test_put__empty_graph():
    """A graph that holds nothing is there all the same."""
    assert put(person("l"), "").status == 201
    assert (send(writing(), "GET", person("l")).status, send(writing(), "HEAD", person("l")).status) == (
        200,
        200,
    )


def test_head_on_an_existing_graph():
    """A HEAD says what a GET would, without the triples."""
    put(person("m"), card("John Doe", writing()))
    answer = send(writing(), "HEAD", person("m"))

    assert (answer.status, answer.kind, answer.body) == (200, "text/turtle", b"")
    assert int(answer.headers["content-length"]) == len(send(writing(), "GET", person("m")).body)


def test_head_on_a_nonexisting_graph():
    """A HEAD of what is not there says so."""
    assert send(writing(), "HEAD", person("nobody")).status == 404


# Who only reads


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_server_without_the_flag_writes_no_graph(method):
    """Each way of writing is refused, whatever token is sent."""
    place = f"/store?graph={iri(PREFIXES['graph'] + 'review')}"
    answer = send(reading(), method, place, card("John Doe", reading()), TOKEN, Content_Type="text/turtle")

    assert answer.status == 403
    assert "--update" in answer.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writing_a_graph_needs_the_token(method):
    """Without it nothing is written."""
    answer = send(writing(), method, person("n"), card("John Doe", writing()), Content_Type="text/turtle")

    assert answer.status == 401
    assert send(writing(), "GET", person("n")).status == 404


def test_each_graph_is_read_without_a_flag():
    """Layers, the default graph, and no graph that is not there; in each form of triples."""
    place = f"/store?graph={iri(PREFIXES['graph'] + 'mappings')}"
    forms = {"text/turtle": RdfFormat.TURTLE, "application/n-triples": RdfFormat.N_TRIPLES,
             "application/rdf+xml": RdfFormat.RDF_XML, "application/ld+json": RdfFormat.JSON_LD}  # fmt: skip
    found = {
        kind: {str(quad.triple) for quad in parse(send(reading(), "GET", place, Accept=kind).body, form)}
        for kind, form in forms.items()
    }

    assert len(found["text/turtle"]) > 100
    assert all(each == found["text/turtle"] for each in found.values())
    assert send(reading(), "GET", place, Accept="image/png").status == 406
    assert send(reading(), "HEAD", "/store?default").status == 200
    assert send(reading(), "GET", "/store?graph=http%3A%2F%2Fe%2Fnone").status == 404


@pytest.mark.parametrize("path", ["/store", "/store?graph=a&graph=b", "/store?default&graph=http://e/a", "/store?graph=no%20iri"])  # fmt: skip
def test_a_request_for_no_graph_is_told_so(path):
    """None, two, or something that is no IRI."""
    assert send(reading(), "GET", path).status == 400


def test_a_document_of_a_client_is_read_as_any_foreign_file():
    """Nesting, entities and contexts to be fetched are refused, and the graph is not made."""
    documents = [
        ("text/turtle", "<http://e/a> <http://e/b> " + "[<http://e/c> " * 2000 + "1" + "]" * 2000 + "."),
        ("application/rdf+xml", '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/c", "@id": "http://e/a"}'),
    ]
    for kind, document in documents:
        assert put(person("o"), document, kind=kind).status == 400, kind
    assert put(person("o"), b"\xff\xfe", kind="application/n-triples").status == 400
    assert put(person("o"), "a,b", kind="text/csv").status == 415
    assert send(writing(), "GET", person("o")).status == 404
