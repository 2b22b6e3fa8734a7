"""Which engines a profile chooses, and the refusal to run half-configured."""

from catalystindex.config.settings import Settings
from catalystindex.model.errors import ConfigurationError


def check_profile(settings: Settings) -> None:
    """Raise `ConfigurationError` unless every engine that the settings ask for exists here.

    The embedded profile needs no server, and its records may be in one: PostgreSQL, if
    ``records.url`` names it. Any other server's URL beside it is a contradiction, and is refused
    rather than ignored. The other server engines of the cluster profile are not part of this
    version; asking for them is an error at start, never a quiet fallback to the embedded ones.
    """
    if settings.profile == "cluster":
        raise ConfigurationError(
            "The profile 'cluster' is not available in this version; use 'embedded'.",
            key="profile",
        )
    named = {"vectors.url": settings.vectors.url}
    for key, value in named.items():
        if value is not None:
            raise ConfigurationError(
                f"{key!r} names a server, and the profile 'embedded' uses none.", key=key
            )
    custom = (settings.embedding.model_path, settings.embedding.tokenizer_path)
    if (custom[0] is None) != (custom[1] is None):
        raise ConfigurationError(
            "'embedding.model_path' and 'embedding.tokenizer_path' are set together or not at all.",
            key="embedding.model_path",
        )
