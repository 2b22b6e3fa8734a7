"""Check digits of the identifiers of banking.

ISO/IEC 7064 MOD 97-10 (IBAN of ISO 13616, LEI of ISO 17442), Luhn (ISO/IEC 7812-1 annex B) and the
routing number of the American Bankers Association.
"""

MOD_97_REMAINDER = 1
ABA_WEIGHTS = (3, 7, 1)


def mod_97_holds(text: str) -> bool:
    """Tell whether letters and digits satisfy MOD 97-10. Letters count from A = 10."""
    return int("".join(str(int(char, 36)) for char in text)) % 97 == MOD_97_REMAINDER


def iban_holds(text: str) -> bool:
    """Tell whether an IBAN without spaces has the right check digits."""
    return mod_97_holds(text[4:] + text[:4])


def luhn_holds(digits: str) -> bool:
    """Tell whether the last digit is the Luhn digit of the others."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        number = int(char) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def aba_holds(digits: str) -> bool:
    """Tell whether nine digits are a routing number of the right weighted sum."""
    weighted = sum(int(char) * ABA_WEIGHTS[place % 3] for place, char in enumerate(digits))
    return weighted % 10 == 0
