"""Lines that name a table or a figure."""

import re

TABLE_CAPTION = re.compile(
    r"(?:table|tableau|tabelle|tabla|tabella|exhibit|schedule)\b.{0,4}\d", re.IGNORECASE
)
FIGURE_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|chart|image|photo|map|abb(?:ildung|\.)?|graphique|illustration)\s*\.?\s*\d",
    re.IGNORECASE,
)
