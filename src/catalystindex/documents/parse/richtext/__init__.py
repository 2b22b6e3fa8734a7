"""Rich Text Format (RTF 1.9.1), also as Outlook packs it (MS-OXRTFCP)."""
