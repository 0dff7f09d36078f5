"""How Sphinx makes the site of one language; docs/site/build.py writes the pages and calls it."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers
from sphinx.search import SearchLanguage, languages

from reformcli import __version__

_HERE = Path(os.environ["REFORMCLI_SITE"])  # docs/site: this file is copied beside the pages

project = "reformcli"
version = release = __version__
language = os.environ["REFORMCLI_SITE_LANGUAGE"]
extensions = ["myst_parser"]
nitpicky = True
myst_heading_anchors = 5
highlight_language = "text"
lexers["csv"] = TextLexer()
pygments_style = "friendly"
pygments_dark_style = "monokai"

templates_path = [str(_HERE / "templates")]
html_static_path = [str(_HERE / "static")]
html_theme = "furo"
html_title = f"reformcli {version}"
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_show_search_summary = False  # a page opened from a folder may not read other pages
html_use_index = False
html_domain_indices = False
html_permalinks_icon = "#"
html_context = {"other": "en" if language == "vi" else "vi"}


class Folded(SearchLanguage):
    """Words without their marks: who types “tre han” finds “trễ hạn”."""

    lang = "vi"
    language_name = "Vietnamese"
    js_stemmer_code = r"""
var Stemmer = function () {
  this.stemWord = function (word) {
    return word.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  };
};
"""

    def stem(self, word: str) -> str:
        """The same in Python, for the index."""
        apart = unicodedata.normalize("NFD", word.lower())
        return re.sub(r"[\u0300-\u036f]", "", apart).replace("đ", "d")


languages["vi"] = Folded
html_search_language = "vi"  # in English pages too: they are full of Vietnamese words
