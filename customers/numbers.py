"""Numbers that are read out, of cancellations and complaints: how they are made, shown and said on the telephone."""

import secrets

PREFIX = "RD"
# Without 0 O 1 I L, which are misheard and misread, and without vowels, so that no word can come about.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8

# The words of the ICAO alphabet are the same in every language.
LETTERS = {
    "A": "Alfa",
    "B": "Bravo",
    "C": "Charlie",
    "D": "Delta",
    "E": "Echo",
    "F": "Foxtrot",
    "G": "Golf",
    "H": "Hotel",
    "I": "India",
    "J": "Juliett",
    "K": "Kilo",
    "L": "Lima",
    "M": "Mike",
    "N": "November",
    "O": "Oscar",
    "P": "Papa",
    "Q": "Quebec",
    "R": "Romeo",
    "S": "Sierra",
    "T": "Tango",
    "U": "Uniform",
    "V": "Victor",
    "W": "Whiskey",
    "X": "X-ray",
    "Y": "Yankee",
    "Z": "Zulu",
}
DIGITS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "de": ("null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    "pt": ("zero", "um", "dois", "três", "quatro", "cinco", "meia", "sete", "oito", "nove"),
    "ru": ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"),
    "th": ("ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"),
}


def new_number(prefix: str = PREFIX) -> str:
    """A number that cannot be guessed: two letters and eight signs, `RD7K4M2297`."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(number: str) -> str:
    """As it is shown and read out, in groups of 2-4-4: `RD 7K4M 2297`."""
    return f"{number[:2]} {number[2:6]} {number[6:]}".strip()


def spelling(number: str, language: str) -> tuple[str, ...]:
    """How to say it, sign by sign: `Romeo`, `Delta`, `seven`, ... Digits in the language, English where unknown."""
    digits = DIGITS.get(language.partition("-")[0], DIGITS["en"])
    return tuple(digits[int(sign)] if sign.isdigit() else LETTERS[sign] for sign in number if sign.isalnum())
