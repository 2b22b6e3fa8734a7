"""The words of the bank: invented names, trades, goods and remittance lines, made for this use."""

from typing import Final, NamedTuple


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


GIVEN: Final = _words(
    "Anna Ben Clara David Elena Felix Greta Hugo Ida Jonas Karla Leon Maria Nils Olivia Paul Rosa "
    "Simon Theresa Viktor Amira Bilal Chen Dilan Emre Fatima Goran Hana Ivan Jelena Kofi Leila "
    "Mehmet Nadia Omar Petra Rahul Sofia Tomas Yara Zoe Arthur Beata Carlos Dora Erik Flora Gustav "
    "Helena Igor Julia Kamil Lucia Marco Nora Oskar Pia Rafael Selma Tariq Ula Vera Wanda Xenia"
)
"""Given names."""

FAMILY_HEADS: Final = _words(
    "Alder Berg Corv Dorn Eich Fels Garn Hald Ilm Jens Kast Lind Mar Nord Olden Pfal Quint Rosen "
    "Stern Thal Ulm Vald Weid Ziel Bran Cast Drum Feld Grun Hart Kiel Lor Mosk Pal Rav Sal Tor"
)
FAMILY_TAILS: Final = _words(
    "er mann sen ström berg ova ić oğlu stein hoff quist ell ini ard is feld kamp wald au ek"
)
"""Family names are a head and a tail: common sounds, few real people."""

STREETS: Final = _words(
    "Mühlweg|Hafenstraße|Lindenallee|Bahnhofplatz|Am Markt|Gartenweg|Kirchgasse|Ringstraße|"
    "Parkallee|Seestraße|Schulweg|Brückenstraße|Bergweg|Wiesengrund|Kanalufer|Nordring",
    "|",
)


class City(NamedTuple):
    """A town that is on no map, and the country it is said to be in."""

    name: str
    country: str


CITIES: Final = (
    City("Altenhafen", "DE"),
    City("Brückstadt", "DE"),
    City("Grünfelden", "DE"),
    City("Nordwerder", "DE"),
    City("Steinau am See", "AT"),
    City("Hochthal", "AT"),
    City("Villebrune", "FR"),
    City("Port-Clair", "FR"),
    City("Wetermeer", "NL"),
    City("Castelvero", "IT"),
    City("Puerto Nuevo", "ES"),
    City("Zielonka Nowa", "PL"),
)

SECRECY: Final = ("VG", "PA", "SC", "KY", "BZ", "CY")
"""Countries that the synthetic world takes for secrecy jurisdictions."""

BANKS: Final = ("CATADEFF", "NORDDEHH", "SEEBATWW", "CLAIFRPP", "METRNL2A", "VEROITMM")
"""BIC-like codes of invented banks."""

OCCUPATIONS: Final = _words(
    "nurse|teacher|engineer|clerk|driver|cook|retired|student|electrician|consultant|cleaner|"
    "analyst|shop assistant|carpenter|doctor|trader|accountant|warehouse worker",
    "|",
)


class Sector(NamedTuple):
    """A line of business: merchants have a category code and usual amounts."""

    name: str
    weight: int
    mcc: int
    """Index into `MCCS`; -1 where consumers do not pay by card."""
    median: int
    """Of a card payment, in minor units."""


MCCS: Final = (
    "5411", "5541", "5812", "5814", "5912", "5651", "5732", "4121", "7011", "5999", "5816", "5200",
)  # fmt: skip
"""ISO 18245 merchant categories."""

SECTORS: Final = (
    Sector("grocery", 14, 0, 2_950),
    Sector("fuel", 6, 1, 5_800),
    Sector("restaurant", 10, 2, 3_400),
    Sector("fast food", 6, 3, 1_150),
    Sector("pharmacy", 4, 4, 1_900),
    Sector("clothing", 5, 5, 5_400),
    Sector("electronics", 3, 6, 12_900),
    Sector("taxi", 3, 7, 1_850),
    Sector("hotel", 2, 8, 14_500),
    Sector("online shop", 8, 9, 4_200),
    Sector("digital goods", 3, 10, 990),
    Sector("hardware store", 3, 11, 4_600),
    Sector("manufacturing", 8, -1, 0),
    Sector("wholesale", 9, -1, 0),
    Sector("construction", 6, -1, 0),
    Sector("consulting", 5, -1, 0),
    Sector("logistics", 3, -1, 0),
    Sector("holding", 2, -1, 0),
)
ONLINE: Final = (9, 10)
"""Sectors that sell online."""
TRADERS_OF_GOODS: Final = (12, 13)
"""Sectors that buy and sell goods with invoices and shipments."""
CASH_SECTORS: Final = (0, 2, 3, 7)
"""Sectors that bring their takings to a branch."""

FORMS: Final = ("GmbH", "AG", "KG", "SARL", "BV", "SpA")
COMPANY_HEADS: Final = _words(
    "Alto Borea Cedra Delmar Estra Fanal Gravo Helio Indra Juno Kelvo Lumen Merid "
    "Nexa Orbis Pronto "
    "Quadra Rhena Solvo Tauro Umbra Vento Westa Xylo Ypsil Zenit Argo Brio Corda Drava"
)
COMPANY_TAILS: Final = _words(
    "tec mart food log bau werk trade tex plan net lab med wind metall glas holz druck soft"
)


class Good(NamedTuple):
    """Goods by heading of the Harmonised System, with a price to begin with."""

    hs_code: str
    name: str
    unit: str
    price: int
    """Minor units per unit."""
    quantity: int
    """Median of a delivery, in whole units."""


GOODS: Final = (
    Good("1001", "wheat, in bulk", "TNE", 22_500, 120),
    Good("0901", "green coffee", "TNE", 390_000, 8),
    Good("2710", "gas oil", "TNE", 71_000, 60),
    Good("7403", "refined copper cathodes", "TNE", 815_000, 6),
    Good("7601", "aluminium ingots", "TNE", 228_000, 15),
    Good("7208", "hot-rolled steel coil", "TNE", 64_000, 50),
    Good("8517", "mobile telephones", "C62", 28_900, 180),
    Good("8542", "integrated circuits", "C62", 1_240, 4_000),
    Good("8471", "laptop computers", "C62", 61_500, 90),
    Good("6109", "cotton T-shirts", "C62", 340, 9_000),
    Good("3004", "packaged medicaments", "KGM", 8_600, 500),
    Good("4011", "pneumatic tyres", "C62", 4_950, 700),
)

PORTS: Final = (
    "DEHAM",
    "NLRTM",
    "BEANR",
    "FRLEH",
    "ITGOA",
    "ESVLC",
    "PLGDN",
    "CNSHA",
    "SGSIN",
    "AEJEA",
)
"""UN/LOCODEs."""
CARRIERS: Final = ("Borea Line", "Delmar Shipping", "Rhena Cargo", "Kelvo Freight")
VESSELS: Final = tuple(f"MV {name}" for name in COMPANY_HEADS[:20])
VENUES: Final = ("XCAT", "XNRD")
LISTS: Final = ("Synthetic Sanctions List", "Synthetic Watch List")
PROGRAMS: Final = ("SYN-TERROR", "SYN-NARCO", "SYN-CYBER", "SYN-PROLIF")


class Foreigner(NamedTuple):
    """Somebody abroad, known by what a wire says."""

    name: str
    country: str
    agent: str


_ELSEWHERE: Final = (
    "GB",
    "US",
    "CH",
    "TR",
    "CN",
    "AE",
    "UA",
    "MA",
    "IN",
    "BR",
    "SE",
    "CZ",
    *SECRECY,
)
ABROAD: Final = tuple(
    Foreigner(
        f"{GIVEN[(number * 5) % len(GIVEN)]} {FAMILY_HEADS[number % len(FAMILY_HEADS)]}"
        f"{FAMILY_TAILS[(number * 3) % len(FAMILY_TAILS)]}"
        if number % 2
        else f"{COMPANY_HEADS[number % len(COMPANY_HEADS)]}"
        f"{COMPANY_TAILS[(number * 7) % len(COMPANY_TAILS)]} Ltd",
        _ELSEWHERE[number % len(_ELSEWHERE)],
        f"SYNT{_ELSEWHERE[number % len(_ELSEWHERE)]}2X",
    )
    for number in range(1_200)
)
"""People and companies in other countries, some of them secrecy jurisdictions."""

METHODS: Final = (
    "transfer", "wire", "card", "direct_debit", "cash_deposit", "cash_withdrawal", "fee",
    "interest",
)  # fmt: skip
TRANSFER, WIRE, CARD, DEBIT, CASH_IN, CASH_OUT, FEE, INTEREST = range(8)

CHANNELS: Final = ("online", "mobile", "branch", "atm", "pos", "batch")
ONLINE_BANK, MOBILE, BRANCH, ATM, POS, BATCH = range(6)

PURPOSES: Final = (
    "SALA", "RENT", "UBIL", "PHON", "INSU", "SUPP", "TAXS", "VATX", "SAVG", "OTHR", "LOAN", "GDDS",
    "CASH", "INTC",
)  # fmt: skip
SALA, RENT, UBIL, PHON, INSU, SUPP, TAXS, VATX, SAVG, OTHR, LOAN, GDDS, CASH, INTC = range(14)

LINES: Final = (
    "salary", "rent", "electricity and gas", "telephone", "insurance premium", "goods as ordered",
    "payroll tax", "value added tax", "savings plan", "thanks for dinner", "birthday present",
    "concert tickets", "holiday share", "services rendered", "loan repayment", "account fee",
    "interest", "invoice", "consulting fee", "as agreed", "deposit of takings", "refund", "project",
    "shared flat", "car repair", "marketplace sale", "pay-out of sales", "tuition", "allowance",
    "bonus",
)  # fmt: skip
(
    L_SALARY, L_RENT, L_POWER, L_PHONE, L_INSURANCE, L_GOODS, L_PAYROLL_TAX, L_VAT, L_SAVINGS,
    L_DINNER, L_PRESENT, L_TICKETS, L_HOLIDAY, L_SERVICES, L_LOAN, L_FEE, L_INTEREST, L_INVOICE,
    L_CONSULTING, L_AGREED, L_TAKINGS, L_REFUND, L_PROJECT, L_FLAT, L_CAR, L_SALE, L_PAYOUT,
    L_TUITION, L_ALLOWANCE, L_BONUS,
) = range(30)  # fmt: skip
FRIENDLY: Final = (L_DINNER, L_PRESENT, L_TICKETS, L_HOLIDAY, L_FLAT, L_CAR)
"""What people write to each other."""
BUSINESS: Final = (L_GOODS, L_SERVICES, L_INVOICE, L_CONSULTING, L_PROJECT, L_AGREED)
"""What companies write to each other."""
