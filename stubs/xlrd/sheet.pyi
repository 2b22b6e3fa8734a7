class Cell:
    ctype: int
    value: str | float | int
    xf_index: int | None

class Rowinfo:
    hidden: int

class Colinfo:
    hidden: int

class Note:
    author: str | None
    text: str | None

class Sheet:
    name: str
    nrows: int
    visibility: int
    rowinfo_map: dict[int, Rowinfo]
    colinfo_map: dict[int, Colinfo]
    cell_note_map: dict[tuple[int, int], Note]
    def row(self, rowx: int) -> list[Cell]: ...
