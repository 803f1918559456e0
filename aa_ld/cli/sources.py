"""The texts that facts were read from: prove spans against them, and fetch those that PubMed has."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aa_ld.cli.arguments import add_format

if TYPE_CHECKING:
    from aa_ld.knowledge import Knowledge
    from aa_ld.spans import Proof

#: Verbs of this module.
VERBS = ("verify", "sources")


def add_verbs(verbs: Any) -> None:
    """The verbs and their options."""
    verify = verbs.add_parser(
        "verify",
        help="prove every span against texts that you have",
        examples="Examples:\n  aa-ld verify --sources texts\n  aa-ld verify my-facts.ttl --sources texts\n",
        description="Prove that each fact points to the very words it was read from: digest, offsets, hedge and focus.",
    )
    verify.add_argument(
        "files", nargs="*", metavar="FILE", help="RDF files of your own; without them, all that is shipped"
    )
    verify.add_argument(
        "--sources", metavar="DIR", required=True, help="a folder with the texts, as .txt files"
    )
    add_format(verify, "table", "json")

    sources = verbs.add_parser(
        "sources",
        help="list the texts that spans point into, and fetch records from PubMed",
        examples="Examples:\n  aa-ld sources\n  aa-ld sources fetch 32533873 -o texts\n  aa-ld sources fetch --all -o texts\n",
        description="Without `fetch`, list the texts that spans were taken from. Nothing is fetched unless asked for.",
    )
    sources.add_argument("action", nargs="?", choices=["fetch"], help="get records from PubMed's E-utilities")
    sources.add_argument(
        "pmids", nargs="*", metavar="PMID", help="PubMed identifiers; none: those of the listed texts"
    )
    sources.add_argument("--all", action="store_true", help="of every publication that facts rest on")
    sources.add_argument(
        "-o", "--output", default="texts", metavar="DIR", help="the folder to write to (texts)"
    )
    sources.add_argument("--force", action="store_true", help="overwrite files that differ")
    add_format(sources, "table", "json")


def verify(arguments: Namespace) -> int:
    """Prove spans; exit status 1 where one is refused, or where no text is at hand."""
    from aa_ld.cli.opening import texts_of
    from aa_ld.cli.output import as_json, say
    from aa_ld.knowledge import load
    from aa_ld.spans import check_spans, proofs
    from aa_ld.vocab import compact

    kb = load(data=arguments.files)
    own = kb.layers.subjects("data") if arguments.files else None
    texts = texts_of(arguments, kb) or {}
    found = [proof for proof in proofs(kb.layers, texts) if own is None or proof.source in own]
    findings = check_spans(kb.layers, texts)
    if arguments.format == "json":
        record = [
            {"source": compact(p.source), "publication": compact(p.publication), "sha256": p.sha256,
             "length": p.length, "spans": p.spans, "proven": p.proven}
            for p in found
        ]  # fmt: skip
        told = [{"check": f.check, "focus": compact(f.focus), "message": f.message} for f in findings]
        say(as_json({"texts": record, "findings": told}))
    else:
        for finding in findings:
            say(f"{finding.message}\n  {finding.remedy}   ({finding.check})")
        say(_proof_text(kb, found, len(findings)))
    return 1 if findings or not any(proof.proven for proof in found) else 0


def _proof_text(kb: Knowledge, found: list[Proof], findings: int) -> str:
    from aa_ld.names import Names
    from aa_ld.terminal import grid, width_of

    names = Names(kb.layers)
    body = [[names.label(p.source), names.label(p.publication), str(p.spans), _proven(p)] for p in found]
    lines = grid(["text", "of", "spans", "proven"], body, width_of(sys.stdout))
    missing = sum(1 for proof in found if proof.proven is None)
    if findings:
        lines += ["", f"{findings} findings above say what could not be proven."]
    elif missing:
        lines += [
            "",
            "Where no text is at hand nothing was proven; aa-ld sources tells which text is looked for.",
        ]
    else:
        lines += [
            "",
            "Every span was proven against its text." if found else "These files point into no text.",
        ]
    return "\n".join(lines)


def _proven(proof: Proof) -> str:
    return "no text at hand" if proof.proven is None else str(proof.proven)


def sources(arguments: Namespace) -> int:
    """List the texts that spans point into, or fetch records."""
    from aa_ld.knowledge import load
    from aa_ld.spans import proofs

    kb = load()
    known = proofs(kb.layers, {})
    if arguments.action == "fetch":
        return _fetch(kb, known, arguments)
    return _list(kb, known, arguments.format)


def _list(kb: Knowledge, known: list[Proof], form: str) -> int:
    from aa_ld.cli.output import as_json, say
    from aa_ld.names import Names
    from aa_ld.terminal import grid, width_of
    from aa_ld.vocab import compact

    if form == "json":
        fields = ("sha256", "length", "spans")
        record = [
            {"publication": compact(p.publication), **{f: getattr(p, f) for f in fields}} for p in known
        ]
        say(as_json(record))
        return 0
    names = Names(kb.layers)
    body = [[names.label(p.publication), f"{p.length:,}", str(p.spans), p.sha256] for p in known]
    say("\n".join(grid(["text of", "characters", "spans", "SHA-256"], body, width_of(sys.stdout))))
    say(
        "\nNone of these texts is in this package. aa-ld sources fetch gets them from PubMed; aa-ld verify proves the spans."
    )
    return 0


def _fetch(kb: Knowledge, known: list[Proof], arguments: Namespace) -> int:
    """Write each record to a file of its own, and tell which are texts that spans point into."""
    from hashlib import sha256

    from aa_ld.pubmed import EUTILS, Server, fetch

    pmids = arguments.pmids or (_all_pmids(kb) if arguments.all else [_pmid(p.publication) for p in known])
    folder = _folder(Path(arguments.output))
    server = Server(os.environ.get("AA_LD_EUTILS", EUTILS), os.environ.get("NCBI_API_KEY", ""))
    records = fetch([pmid for pmid in pmids if pmid], server, _progress if sys.stderr.isatty() else None)
    digests = {proof.sha256: proof.publication for proof in known}
    of_known = {_pmid(proof.publication) for proof in known}
    for pmid, text in records.items():
        path = folder / f"pmid-{pmid}.txt"
        _write(path, text, arguments.force)
        note = ""
        if sha256(text.encode()).hexdigest() in digests:
            note = ": the very text that spans point into"
        elif pmid in of_known:
            note = ": not the text that spans point into, so they cannot be proven against it"
        sys.stderr.write(f"Wrote {path}{note}.\n")
    missing = [pmid for pmid in dict.fromkeys(pmids) if pmid.rpartition(":")[2] not in records]
    if missing:
        sys.stderr.write(f"PubMed has no record of {', '.join(missing)}.\n")
    return 1 if missing else 0


def _all_pmids(kb: Knowledge) -> list[str]:
    from aa_ld.store import rows
    from aa_ld.vocab import PREFIXES

    query = f"SELECT ?pmid {{ ?publication <{PREFIXES['aa']}pmid> ?pmid }} ORDER BY ?pmid"
    return [row["pmid"].value for row in rows(kb.layers, query)]  # type: ignore[attr-defined]


def _pmid(publication: str) -> str:
    name = publication.rsplit("/", 1)[-1]
    return name.removeprefix("pmid-") if name.startswith("pmid-") else ""


def _folder(folder: Path) -> Path:
    """The folder to write to; one that is made here tells git to leave it alone."""
    if folder.exists() and not folder.is_dir():
        from aa_ld.errors import UsageError

        raise UsageError(str(folder), "This is not a folder.", "Name a folder with -o.")
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / ".gitignore").write_text("# Texts of others are not committed.\n*\n", encoding="utf-8")
    return folder


def _write(path: Path, text: str, force: bool) -> None:
    if path.exists() and not force and path.read_bytes() != text.encode():
        from aa_ld.errors import UsageError

        raise UsageError(
            str(path), "This file is there and says something else.", "Move it away, or give --force."
        )
    path.write_bytes(text.encode())


def _progress(there: int, wanted: int) -> None:
    sys.stderr.write(f"\r{there} of {wanted} records{chr(10) if there == wanted else ''}")
    sys.stderr.flush()
