"""Office documents: text documents, slides and sheets (ECMA-376, MS-XLS), and tables as text."""
