"""Words that people at a bank write, for made-up texts."""

_WORDS = """
please move the money to account before friday invoice payment transfer client meeting
tomorrow office price share buy sell quickly quiet nobody knows about deal merger results
report contract cash deposit bank manager signed passport address company director loan
interest order trade limit market risk call number letter branch card lost stolen refund
"""
WORDS = _WORDS.split()
