"""What Firecrawl answers (API reference, version 2), as far as it is used."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Shape(BaseModel):
    """Part of an answer; what is not named here is not looked at."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


def _first_text(value: object) -> object:
    """Pages with several tags of one name have a list there: the first counts."""
    if isinstance(value, list):
        return next((one for one in value if isinstance(one, str)), None)
    return value if isinstance(value, str) else None


Text = Annotated[str | None, BeforeValidator(_first_text)]


class PageFacts(Shape):
    """`metadata` of a page: ``url`` is where it was in the end, ``source_url`` what was asked."""

    title: Text = None
    url: Text = None
    source_url: Text = Field(default=None, alias="sourceURL")
    status: int | None = Field(default=None, alias="statusCode")


class Page(Shape):
    """A page as it was rendered."""

    markdown: str | None = None
    metadata: PageFacts = PageFacts()


class Scraped(Shape):
    """Answer of `POST /v2/scrape`."""

    data: Page


class Started(Shape):
    """Answer of `POST /v2/crawl`."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")


class CrawlState(Shape):
    """Answer of `GET /v2/crawl/{id}`: how far it is, and pages from some place on."""

    status: str
    completed: int = 0
    data: list[Page] = []
    next: str | None = None


class CrawlFault(Shape):
    """A page that a crawl could not have."""

    url: Text = None


class CrawlFaults(Shape):
    """Answer of `GET /v2/crawl/{id}/errors`."""

    errors: list[CrawlFault] = []
    robots_blocked: list[str] = Field(default=[], alias="robotsBlocked")


class Cancelled(Shape):
    """Answer of `DELETE /v2/crawl/{id}`."""

    status: Text = None


class Link(Shape):
    """An address of a map."""

    url: str
    title: Text = None


class Mapped(Shape):
    """Answer of `POST /v2/map`."""

    links: list[Link | str] = []


class Credits(Shape):
    """Answer of `GET /v2/team/credit-usage`."""

    class Data(Shape):
        """What is left."""

        remaining: float | None = Field(default=None, alias="remainingCredits")

    data: Data = Data()
