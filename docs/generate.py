"""Writes the parts of these pages that the code knows better than any writer: `python -m docs.generate`.

A page holds `<!-- begin NAME -->` and `<!-- end NAME -->`; what stands between is replaced by what the function
of that name in `docs.blocks` returns. `make docs` runs this, and a test fails where a page is behind the code.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from docs.blocks import BLOCKS

DOCS = Path(__file__).parent
BLOCK = re.compile(r"(<!-- begin ([a-z-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def pages() -> list[Path]:
    """The pages that have generated parts."""
    return sorted(path for path in DOCS.glob("*.md") if BLOCK.search(path.read_text("utf-8")))


def renewed(text: str) -> str:
    """A page with its generated parts as they should be. Raises KeyError for a block that nobody writes."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}", text)


def main() -> None:
    """Write every page anew."""
    for page in pages():
        text = page.read_text("utf-8")
        if (new := renewed(text)) != text:
            page.write_text(new, "utf-8")
            sys.stdout.write(f"docs/{page.name} renewed\n")


if __name__ == "__main__":
    main()
