"""The rules of w3id/.htaccess, followed as Apache would: which file a name leads to.

Only what aa-ld publish writes is understood: RewriteCond on the header Accept,
and RewriteRule with a redirect (https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html).
"""

from __future__ import annotations

import re

_COND = re.compile(r"RewriteCond\s+%\{HTTP_ACCEPT\}\s+(\S+)\s*$")
_RULE = re.compile(r"RewriteRule\s+(\S+)\s+(\S+)\s+\[(.*)\]\s*$")


def target(rules: str, path: str, accept: str) -> str | None:
    r"""The URL to which a path leads one who accepts something; None where no rule fits.

    Raises ValueError for a pattern that is none.

    >>> text = "RewriteCond %{HTTP_ACCEPT} text/html\nRewriteRule ^(.+)$ https://example.org/$1.html [R=303,L]"
    >>> target(text, "Disease", "text/html"), target(text, "Disease", "text/turtle")
    ('https://example.org/Disease.html', None)
    """
    holds = True
    for line in map(str.strip, rules.splitlines()):
        condition, rule = _COND.match(line), _RULE.match(line)
        try:
            if condition:
                holds = holds and bool(re.search(condition[1], accept))
            elif rule:
                found = re.search(rule[1], path) if holds else None
                holds = True
                if found and "R" in rule[3]:
                    return re.sub(r"\$(\d)", lambda each, found=found: found[int(each[1])] or "", rule[2])
        except (re.error, IndexError):
            raise ValueError(line) from None
    return None
