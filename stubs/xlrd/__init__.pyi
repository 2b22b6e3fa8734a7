# The part of xlrd that the product uses; the package ships no types.
from typing import TextIO

from xlrd import sheet as sheet

XL_CELL_TEXT: int
XL_CELL_NUMBER: int
XL_CELL_DATE: int
XL_CELL_BOOLEAN: int
XL_CELL_ERROR: int
error_text_from_code: dict[int, str]

class XLRDError(Exception): ...

class Format:
    format_str: str

class XF:
    format_key: int

class Book:
    formatting_info: bool
    datemode: int
    xf_list: list[XF]
    format_map: dict[int, Format]
    def sheets(self) -> list[sheet.Sheet]: ...

def open_workbook(
    *, file_contents: bytes, logfile: TextIO, formatting_info: bool, ragged_rows: bool
) -> Book: ...
def colname(colx: int) -> str: ...
