# The part of olefile's own module that the product uses; the package ships no types.
class OleDirectoryEntry:
    name: str
    entry_type: int
    size: int
    isectStart: int
    kids: list[OleDirectoryEntry]
    kids_dict: dict[str, OleDirectoryEntry]
