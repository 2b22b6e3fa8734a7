class PdfiumError(RuntimeError):
    err_code: int | None
