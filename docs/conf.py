"""How the documentation is built: MyST pages, one theme, warnings are errors."""

project = "Auscult"
copyright = "The Auscult founders"  # noqa: A001 - Sphinx's name for it
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Auscult"
myst_heading_anchors = 3
