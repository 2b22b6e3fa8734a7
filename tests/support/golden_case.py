"""The case that every made document tells: a small memo on a customer, in words and numbers."""

AUTHOR = "Ana Ruiz"
FILE = "Customer file 2025/118"
TITLE = "Customer memo: Orchard Bay Trading"
BACKGROUND = (
    "Orchard Bay Trading Ltd opened account 4410-2297-03 on 12 February 2025 and named "
    "Zoë Lindqvist as its only director. It told the branch that it imports frozen fruit and "
    "expects transfers of about €40,000 a month."
)
FINDING = (
    "Between 3 and 7 March 2025 three cash deposits were made, each just below €10,000. Nobody "
    "could show an invoice, and no import declaration in the company's name was found."
)
SCAN_TITLE = "Memo as it was received"
PARAGRAPHS = (BACKGROUND, FINDING)
CAPTION = "Table 1. Cash deposits in March 2025"
HEADER = ("Date", "Branch", "Depositor", "Amount (EUR)")
DEPOSITS = (
    ("3 March", "Harbour", "M. Osei", "9,800.00"),
    ("5 March", "Old Town", "M. Osei", "9,750.00"),
    ("7 March", "Harbour", "L. Brandt", "9,900.00"),
)
TOTAL = ("Total", "", "", "29,450.00")
TABLE = (HEADER, *DEPOSITS, TOTAL)
FIGURE_CAPTION = "Figure 1. Deposits by branch"
FIGURE_WORDS = "Three bars: Harbour 60, Old Town 30, total 90"
POINTS_NAME = "Open points"
POINTS = (
    "Ask for the contract with the supplier.",
    "Compare the depositors with the list of staff.",
    "Visit the address, which a law firm shares.",
)
DECISION_NAME = "Decision"
DECISION = (
    "The relationship is rated high risk. The case goes to the reporting officer on "
    "14 March 2025, and the account stays open until then."
)

POLICY_TITLE = "Cash deposits: what the branch does"
_POLICY = """\
1 Scope
This procedure applies to every deposit of notes or coins, at the counter or at a machine, by a
customer or by anybody else. It does not apply to deposits between branches, which the cash centre
counts and records by itself.

2 At the counter
The teller asks who brings the money and on whose behalf. From an amount of 5,000 euro the teller
sees a passport or an identity card, and copies it. A customer who will not show one is told that
the deposit cannot be taken, and a note is made of the refusal with the day and the hour.

3 At a machine
A machine takes at most 2,000 euro from one card on one day. The system adds up what is deposited
to one account by different cards, and shows the sum to the branch on the next morning. The branch
manager looks at each sum above 9,000 euro.

4 Signs of structuring
Several deposits just below a threshold are the best known sign. Others are deposits at several
branches on one day, depositors who do not know the customer, notes that smell of damp or were
packed by hand, and a customer who asks which amounts are reported. One sign is no proof. Two are
a reason to write a report.

5 The report
The report names the account, the depositors, the days and the amounts. It says what was seen and
who saw it, and leaves what it means to the reporting officer. It is written on the day of the
deposit and sent through the register, never by ordinary mail. Nobody tells the customer that
there is one.

6 After the report
The reporting officer answers within two working days. Until then the account stays as it is,
unless the officer says otherwise by telephone. Each call is written into the register. If the
money is about to leave the bank, the branch manager may hold the transfer for one day.

7 Records
Copies of documents, notes and reports are kept for five years from the end of the relationship.
The register is kept for ten. What is older is destroyed each January, and two people sign for it.

8 Training
Tellers repeat the course on cash every year and pass its test. A teller who has not passed does
not work at the counter. New staff sit beside an experienced teller for their first month.
"""


def _sections(source: str) -> tuple[tuple[str, str], ...]:
    parts = (part.split("\n", 1) for part in source.strip().split("\n\n"))
    return tuple((name, " ".join(text.split())) for name, text in parts)


POLICY = _sections(_POLICY)
"""Sections of a procedure, for a document that fills columns over several pages."""

RATES_CAPTION = "Table 2. Accounts by risk class"
RATES = (
    ("Risk class", "Accounts", "Reports", "Share"),
    ("Low", "41,207", "12", "0.03 %"),
    ("Medium", "6,118", "47", "0.77 %"),
    ("High", "902", "131", "14.52 %"),
    ("Total", "48,227", "190", "0.39 %"),
)


def plain(text: str) -> str:
    """Return a text in the letters that every recogniser and typeface knows."""
    return text.replace("ë", "e").replace("€", "EUR ")
