"""How long an IBAN of each country is (the IBAN registry of ISO 13616, kept by SWIFT)."""

from types import MappingProxyType

_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "LC MT SC",
    33: "RU",
}

IBAN_LENGTHS = MappingProxyType(
    {country: length for length, countries in _BY_LENGTH.items() for country in countries.split()}
)
