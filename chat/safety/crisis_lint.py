"""The linter of the crisis resources: errors are about a file by itself; today's date only ever warns.

So no build turns red by the passing of time alone, while an admin still sees what is about to disappear.
"""

import re
from datetime import date, timedelta
from typing import Literal, NamedTuple
from zoneinfo import available_timezones

from phonenumbers import shortnumberinfo

from chat.safety.crisis import CountryFile, ServiceEntry, faults_of

#: Somebody needs this long to check an entry again before it disappears from the page.
WARN_BEFORE = timedelta(days=30)
_DIALLED = re.compile(r"[0-9*+][0-9 -]*")


class Finding(NamedTuple):
    level: Literal["error", "warning"]
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.level}: {self.where}: {self.what}"


def lint(files: dict[str, CountryFile], today: date) -> list[Finding]:
    """Findings of all files, in their order."""
    return [finding for found in files.values() for finding in lint_country(found, today)]


def lint_country(found: CountryFile, today: date) -> list[Finding]:
    findings = []
    if not re.fullmatch(r"[A-Z]{2}", found.country):
        findings.append(Finding("error", found.country, "country is not two capital letters"))
    if not found.emergency:
        findings.append(Finding("error", found.country, "it has no emergency number"))
    for emergency in found.emergency:
        if not shortnumberinfo.is_emergency_number(emergency.number, found.country):
            what = f"{emergency.number} is no emergency number there as far as phonenumbers knows"
            findings.append(Finding("error", found.country, what))
    for entry in found.services:
        findings += _lint_service(entry, f"{found.country} {entry.name}", today)
    return findings


def _lint_service(entry: ServiceEntry, where: str, today: date) -> list[Finding]:
    undialled = [number for number in entry.call if not _DIALLED.fullmatch(number)]
    findings = [Finding("error", where, f"{number!r} can't be dialled") for number in undialled]
    if entry.time_zone and entry.time_zone not in available_timezones():
        findings.append(Finding("error", where, f"time_zone {entry.time_zone!r} is not in the time zone database"))
    if not all(s.url.startswith(("https://", "http://")) for s in entry.sources):
        findings.append(Finding("error", where, "a source is not a web address"))
    if entry.state == "confirmed":
        findings += [Finding("error", where, fault) for fault in faults_of(entry)]
        findings += _lint_dates(entry, where, today)
    return findings


def _lint_dates(entry: ServiceEntry, where: str, today: date) -> list[Finding]:
    if entry.verified_on and entry.verified_on > today:
        return [Finding("warning", where, f"it is hidden until it is verified on {entry.verified_on}")]
    if entry.expires and entry.expires <= today:
        return [Finding("warning", where, f"it expired on {entry.expires} and is hidden")]
    if entry.expires and entry.expires - today <= WARN_BEFORE:
        return [Finding("warning", where, f"it expires on {entry.expires}: check it again")]
    return []
