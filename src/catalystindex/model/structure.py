"""The structure of a document version: what stands where in its text and on its pages."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from catalystindex.model.chunk import PageBox, PageSpan, Span


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SectionPart(_Part):
    """A heading and what stands under it, up to the next heading."""

    heading_path: list[str] = Field(description="Empty for text before any heading.")
    span: Span
    pages: PageSpan | None = Field(description="Null for formats without pages.")
    boxes: list[PageBox] = Field(description="One a page, where places are known.")


class TablePart(_Part):
    """A table as rows of cells, all of one width; a merged cell's text is where it begins."""

    span: Span = Field(description="Its Markdown form in the text.")
    rows: list[list[str]]
    header_rows: int = Field(description="How many rows from the top are its header.")
    caption: str | None
    page: int | None
    box: PageBox | None


class FigurePart(_Part):
    """A picture, with what the document says about it."""

    page: int | None
    box: PageBox | None
    caption: str | None
    description: str | None = Field(description="Its alternative text.")


class PagePart(_Part):
    """How a page was read; sizes in points, as it is shown."""

    number: int
    width: float
    height: float
    state: Literal["text", "ocr", "no_text", "blank", "damaged"] = Field(
        description="`text`: it carries its text. `ocr`: its text was recognised. `no_text`: no "
        "text was found in what it shows. `blank`: it shows nothing. `damaged`: it was not read."
    )
    confidence: float | None = Field(description="Mean of the recognised characters, 0 to 1.")


class FurniturePart(_Part):
    """A running header, footer or page number, which is not in the text."""

    page: int
    kind: Literal["header", "footer", "page_number"]
    text: str
    box: PageBox | None


class DocumentStructure(_Part):
    """Sections, tables, figures and pages of a version; spans are characters of its text."""

    version_id: str
    title: str | None
    characters: int
    sections: list[SectionPart]
    tables: list[TablePart]
    figures: list[FigurePart]
    pages: list[PagePart] = Field(description="Empty for formats without pages.")
    furniture: list[FurniturePart]
