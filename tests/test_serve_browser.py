"""The query page in a real browser, where there is one."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from urllib.parse import quote

import pytest
from served import reading

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]


def seen(path, tmp_path):
    """What a browser has made of a page of ours, and what it complained about."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
               f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--dump-dom", reading().url + path]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return html.unescape(done.stdout), complaints


def test_a_question_is_asked_and_answered_on_the_page(tmp_path):
    """Its words, its rows with labels and links, the time taken, and downloads; nothing breaks the policy of the page."""
    page, complaints = seen("/sparql?question=treatments-toward-th2", tmp_path)

    assert complaints == []
    assert re.search(r"\d+ rows in \d+ ms", page)
    assert ">Which treatments shift the cytokine balance toward Th2?</a>" in page
    assert re.search(
        r'<a href="/Dupilumab"[^>]*>dupilumab</a>|<a href="/LocalImmunotherapy"[^>]*>local immunotherapy</a>',
        page,
    )
    assert all(f">{name}</button>" in page for name in ("CSV", "TSV", "JSON"))
    assert (
        '<div class="code">' in page and "<textarea" not in page
    )  # the editor has taken the place of the field


def test_a_mistake_is_shown_on_the_page_as_text(tmp_path):
    """The error is that of the command line, and markup in it stays text."""
    query = 'SELECT * { ?s ?p "<img src=x onerror=alert(1)>" FILTER( }'
    page, complaints = seen(f"/sparql?query={quote(query)}", tmp_path)

    assert "QuerySyntaxError: query:1:" in page
    assert "Not answered (400)." in page
    assert "<img src" not in page.split('<pre id="problem"')[1].split("</pre>")[0].replace("&lt;", "")
    assert [each for each in complaints if "400" not in each] == []
