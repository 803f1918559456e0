"""The curator's path: from a table that people write to facts, and back.

    FILE.tsv|xlsx ─ table ─► rows ─ facts ─► triples ─ importing ─► checked, by row and column
                                     │ lines, publications, texts, cells, columns
    FILE.tsv|xlsx ◄─ table ─ rows ◄─ exporting ─ facts of the layers

columns       what each column holds, and in what form
table         files as rows of named cells
cells         a cell to terms, and back
facts         rows to triples: facts and their cohorts
lines         the same for lines of evidence
publications  the same for publications
texts         source texts and the pieces of them that rows point to
importing     the whole way in: `import_table`
exporting     the whole way out: `export_table`, and `Exporter` for very many facts
known         names of what is loaded, for that
draft         which columns a kind of fact needs, and a sentence for it
"""
