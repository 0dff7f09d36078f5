"""The number behind the text of an HTML cell: spreadsheets that save a page tell what they stored (`x:num`, `sdval`).

What is shown counts, unless it is plainly a form of the stored number that shows less of it. Only then is the number
taken: a date that is shown without its time of day, an amount with separators or rounded. A code such as `001099`, a
mark such as "Có" and a date that the number does not confirm stay as they are shown.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

from reformcli.read.grid import moment_text, number_text

_DATE = re.compile(r"(?:.*?\D)??(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})(?!\d)")
_AMOUNT = re.compile(r"[-+(]?\s*\d[\d.,\s]*\)?")
_ZERO: Final = datetime(1899, 12, 30)
_SERIALS: Final = range(61, 2_958_466)  # 1 March 1900 to 9999


def stored_text(shown: str, stored: str) -> str:
    """Choose between the text shown and the number stored.

    >>> stored_text("18/12/2023", "45278.3347222222"), stored_text("1.250.000", "1250000"), stored_text("0012", "12")
    ('2023-12-18 08:02:00', '1250000', '0012')
    >>> stored_text("19/12/2023", "45278"), stored_text("Có", "1"), stored_text("12", "abc")
    ('19/12/2023', 'Có', '12')
    """
    try:
        number = float(stored)
    except ValueError:
        return shown
    if not isfinite(number):
        return shown
    day = _DATE.match(shown)
    if day:
        return _moment(number, [int(part) for part in day.groups()]) or shown
    return number_text(number) if _is_amount(shown, number) else shown


def _moment(number: float, parts: list[int]) -> str | None:
    """Write the serial number as a moment, if it is the day that is shown."""
    if int(number) not in _SERIALS:
        return None
    moment = _ZERO + timedelta(milliseconds=round(number * 86_400_000))
    years = {moment.year, moment.year % 100}
    day_first = parts[:2] == [moment.day, moment.month] and parts[2] in years
    year_first = parts[0] in years and parts[1:] == [moment.month, moment.day]
    month_first = parts[:2] == [moment.month, moment.day] and parts[2] in years
    return moment_text(moment) if day_first or year_first or month_first else None


def _is_amount(shown: str, number: float) -> bool:
    """Tell whether a text is the number with separators, or rounded."""
    digits = re.sub(r"\D", "", shown)
    if not _AMOUNT.fullmatch(shown) or (digits.startswith("0") and not re.match(r"[-+(]?\s*0(?:[.,]|$)", shown)):
        return False
    decimals = len(digits) - len(str(abs(int(number))))
    forms = (f"{abs(number):.{places}f}".replace(".", "") for places in (decimals, decimals - 1) if 0 <= places < 16)
    return abs(number) < 1e15 and digits in forms
