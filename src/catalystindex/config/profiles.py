"""Which engines a profile chooses, and the refusal to run half-configured."""

from catalystindex.config.settings import Settings
from catalystindex.model.errors import ConfigurationError


def check_profile(settings: Settings) -> None:
    """Raise `ConfigurationError` unless every engine that the settings ask for exists here.

    The embedded profile needs no server. Its records may be in one (PostgreSQL, ``records.url``)
    and so may its vectors (Qdrant, ``vectors.url``): the index is derived, and is made anew there
    from artifacts. The other server engines of the cluster profile are not part of this version;
    asking for them is an error at start, never a quiet fallback to the embedded ones.
    """
    if settings.profile == "cluster":
        raise ConfigurationError(
            "The profile 'cluster' is not available in this version; use 'embedded'.",
            key="profile",
        )
    if settings.vectors.api_key is not None and settings.vectors.url is None:
        raise ConfigurationError(
            "'vectors.api_key' is for a server, and 'vectors.url' names none.",
            key="vectors.api_key",
        )
    custom = (settings.embedding.model_path, settings.embedding.tokenizer_path)
    if (custom[0] is None) != (custom[1] is None):
        raise ConfigurationError(
            "'embedding.model_path' and 'embedding.tokenizer_path' are set together or not at all.",
            key="embedding.model_path",
        )
