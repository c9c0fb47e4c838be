"""Crisis resources: emergency numbers and services by country, one file each (docs/crisis-resources.md).

Not clinically reviewed. The day is an argument, so that what is shown on a given day can be tested.
"""

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import yaml
from msgspec import Struct

RESOURCES = Path(__file__).parent / "resources"
#: Shown wherever nothing better is known. A directory that is verified continuously by its operator, in 130 countries.
FALLBACK_URL = "https://findahelpline.com"
#: An entry is believed for so long after somebody checked it; numbers do change (US, CA, KR and PT all did since 2021).
BELIEVED_FOR = timedelta(days=180)
#: More than two choices is too many for a person in crisis.
SHOWN_MAX = 2

State = Literal["draft", "confirmed"]
For = Literal["ambulance", "police", "ambulance_and_fire", "mobile_phones"]


class CrisisFileError(Exception):
    """A resource file can't be read. The message names the file and the field."""


class EmergencyNumber(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"for_": "for"}):
    """`for_` is absent where one number reaches every service; pages translate its values."""

    number: str
    for_: For | None = None


class Source(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an entry was read. `dated` is the day on which the page said so."""

    url: str
    dated: date | None = None
    is_operator: bool = False


class ServiceEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One service as its file tells it. `pair` joins two entries that are shown together or not at all."""

    name: str
    state: State
    sources: list[Source]
    call: list[str] = []
    text: str | None = None
    chat: str | None = None
    hours: str | None = None
    time_zone: str | None = None
    languages: list[str] = []
    topics: list[str] = []
    ages: str | None = None
    cost: str | None = None
    note: str | None = None
    pair: str | None = None
    verified_on: date | None = None
    verified_by: str | None = None
    expires: date | None = None


class CountryFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file: `country` is ISO 3166-1 alpha-2, `names` are translations of `name` by language tag."""

    country: str
    name: str
    emergency: list[EmergencyNumber]
    names: dict[str, str] = {}
    services: list[ServiceEntry] = []


class Service(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A service that may be shown today, with when and by which page it was last confirmed."""

    name: str
    verified_on: date
    source_url: str
    call: list[str] = []
    text: str | None = None
    chat: str | None = None
    hours: str | None = None
    time_zone: str | None = None
    languages: list[str] = []
    topics: list[str] = []
    ages: str | None = None
    cost: str | None = None


class Country(Struct, frozen=True):
    name: str
    names: dict[str, str]
    emergency: list[EmergencyNumber]
    services: list[Service]


class CrisisBook(Struct, frozen=True):
    """What may be shown on one day. `version` changes with any file; `countries` is keyed by ISO code."""

    countries: dict[str, Country]
    fallback_url: str
    version: str


def read(folder: Path = RESOURCES) -> dict[str, CountryFile]:
    """All country files by code, drafts and expired entries included. Raises CrisisFileError."""
    files: dict[str, CountryFile] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = msgspec.convert(yaml.safe_load(path.read_bytes()), CountryFile)
        except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise CrisisFileError(f"{path.name}: {error}") from None
        if found.country != path.stem:
            raise CrisisFileError(f"{path.name}: it says that its country is {found.country!r}.")
        files[found.country] = found
    return files


def load(today: date, folder: Path = RESOURCES) -> CrisisBook:
    """What may be shown today: drafts, expired and unsound entries are left out. Raises CrisisFileError."""
    return CrisisBook(
        countries={
            code: Country(found.name, found.names, found.emergency, shown(found.services, today))
            for code, found in read(folder).items()
        },
        fallback_url=FALLBACK_URL,
        version=_version(folder),
    )


def shown(entries: list[ServiceEntry], today: date) -> list[Service]:
    """At most two services in the file's order; of a pair both or neither."""
    groups: dict[str, list[ServiceEntry]] = {}
    for at, entry in enumerate(entries):
        groups.setdefault(entry.pair or f"#{at}", []).append(entry)
    chosen: list[Service] = []
    for group in groups.values():
        if len(chosen) + len(group) <= SHOWN_MAX and all(may_show(entry, today) for entry in group):
            chosen += [_as_shown(entry) for entry in group]
    return chosen


def may_show(entry: ServiceEntry, today: date) -> bool:
    """Is the entry confirmed, sound, and was it checked lately enough?"""
    if entry.state != "confirmed" or faults_of(entry):
        return False
    return entry.verified_on is not None and entry.expires is not None and entry.verified_on <= today < entry.expires


def faults_of(entry: ServiceEntry) -> list[str]:
    """What keeps an entry from being confirmed, from its own fields alone; today's date plays no part."""
    faults = []
    if not (entry.call or entry.text or entry.chat):
        faults.append("it has neither call nor text nor chat")
    if not entry.hours:
        faults.append("its hours are missing")
    elif entry.hours != "24/7" and not entry.time_zone:
        faults.append("its hours have no time_zone")
    if not entry.languages:
        faults.append("its languages are missing")
    if not entry.cost:
        faults.append("its cost is missing")
    if not entry.verified_by:
        faults.append("verified_by is missing")
    if entry.verified_on is None or entry.expires is None:
        return [*faults, "verified_on or expires is missing"]
    if not entry.verified_on < entry.expires <= entry.verified_on + BELIEVED_FOR:
        faults.append(f"expires must come 1 to {BELIEVED_FOR.days} days after verified_on")
    fresh = _fresh_sources(entry)
    if len({s.url for s in fresh}) < 2:
        faults.append(f"fewer than two sources are dated within {BELIEVED_FOR.days} days before verified_on")
    operators = {urlsplit(s.url).hostname for s in fresh if s.is_operator}
    if not operators:
        faults.append("none of its dated sources is the operator's own page")
    elif all(s.is_operator or urlsplit(s.url).hostname in operators for s in fresh):
        # Two pages of one site repeat one mistake.
        faults.append("none but the operator says so: a second source has to be somebody else's page")
    return faults


def _fresh_sources(entry: ServiceEntry) -> list[Source]:
    """Those that were dated shortly before somebody checked the entry."""
    checked = entry.verified_on
    if checked is None:
        return []
    return [s for s in entry.sources if s.dated and checked - BELIEVED_FOR <= s.dated <= checked]


def _as_shown(entry: ServiceEntry) -> Service:
    assert entry.verified_on is not None  # may_show
    return Service(
        name=entry.name,
        verified_on=entry.verified_on,
        source_url=next(s.url for s in _fresh_sources(entry) if s.is_operator),
        call=entry.call,
        text=entry.text,
        chat=entry.chat,
        hours=entry.hours,
        time_zone=entry.time_zone,
        languages=entry.languages,
        topics=entry.topics,
        ages=entry.ages,
        cost=entry.cost,
    )


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
