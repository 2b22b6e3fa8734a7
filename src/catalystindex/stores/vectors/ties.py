"""Equal scores at the limit: which of them are candidates must not be chance.

An engine cuts its answer anywhere among points of equal score. So more is asked for than is
wanted, and asked again with a larger depth while the last point still ties with the one at the
limit; only then the caller orders by score and chunk id and cuts.
"""

from collections.abc import Callable

from catalystindex.stores.vectors.base import Scored

TIE_SLACK = 16
"""Points asked for beyond the limit, so that most ties at the limit need no second call."""

MAX_DEPTH = 20_000
"""Reading on through ties ends here: beyond, more points are equal than a person could read."""


def read_through_ties(answers_at: Callable[[int], list[Scored]], limit: int) -> list[Scored]:
    """Return answers, best first, of which none is cut among the ties of its place ``limit``.

    ``answers_at`` asks the engine for that many points by each vector of the query. Its scores
    are rounded (`round_score`), or points that tie after rounding would be cut before it.
    """
    depth = limit + TIE_SLACK
    answers = answers_at(depth)
    while depth < MAX_DEPTH and any(_cut_in_ties(scored, limit, depth) for scored in answers):
        depth *= 4
        answers = answers_at(depth)
    return answers


def _cut_in_ties(scored: Scored, limit: int, depth: int) -> bool:
    return len(scored) == depth and scored[-1][1] == scored[limit - 1][1]
