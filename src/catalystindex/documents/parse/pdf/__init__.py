"""PDF (ISO 32000): words with their places, then lines, columns, tables and headings from them."""
