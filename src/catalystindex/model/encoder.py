"""An encoder as generations and tasks name it: enough to load it again, and to know it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EncoderRef:
    """The model behind some vectors; without paths it is the packaged one.

    ``digest`` is the SHA-256 over the digests of model and tokenizer: vectors are comparable when
    it is equal. ``max_tokens`` is the longest text it reads.
    """

    name: str
    digest: str
    dimension: int
    max_tokens: int
    model_path: str | None = None
    tokenizer_path: str | None = None

    @property
    def vectors_artifact(self) -> str:
        """The name under which a version's vectors by this encoder are kept."""
        return "vectors.npz" if self.model_path is None else f"vectors-{self.digest[:16]}.npz"
