"""Links of the pages lead somewhere, anchors included."""

import re

import pytest
from pages import PAGES, ROOT, needs_docs

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

pytestmark = needs_docs


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    missing = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists():
            missing.append(link)
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            missing.append(f"{link}: no such heading")
    assert not missing, missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_in_the_text_are_there(page):
    named = re.findall(
        r"`((?:interp|guidance|masks|tests|benchmarks|configs|docs|resources)/[\w./]*)`",
        page.read_text("utf-8"),
    )
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing, missing
