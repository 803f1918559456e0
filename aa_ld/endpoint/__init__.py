"""SPARQL servers: push graphs to them, ask them.

    files, layers ─ reading ─► spool ─ push ─► staging graphs ─ verify ─► swap
    question ─ remote ─► rows

From below: `dialects` is what is known of each server, `credentials` and `wire`
are HTTP, `client` speaks SPARQL 1.1 Protocol and Graph Store Protocol, `digest`
and `forms` tell whether two graphs are the same, `reading` turns files into
batches, `push` loads them, `remote` asks.
"""
