"""E-mail (RFC 5322, MIME, S/MIME, MS-OXMSG) and the files it carries."""
