"""The files that ship: every number that a page may show is one that a second authority knows."""

from datetime import date

import msgspec
import pytest
from phonenumbers import shortnumberinfo

from chat.safety import crisis, crisis_lint

FILES = crisis.read()
TODAY = date(2026, 11, 22)
EUROPEAN_UNION = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)
ENGLISH_SPEAKING = ("US", "CA", "GB", "IE", "AU", "NZ", "ZA", "IN", "SG", "PH")


@pytest.mark.parametrize("code", FILES)
def test_every_emergency_number_is_one_that_phonenumbers_knows(code: str) -> None:
    numbers = [emergency.number for emergency in FILES[code].emergency]
    assert numbers
    assert [n for n in numbers if not shortnumberinfo.is_emergency_number(n, code)] == []


@pytest.mark.parametrize("code", EUROPEAN_UNION)
def test_112_is_among_the_numbers_of_every_country_of_the_european_union(code: str) -> None:
    assert "112" in [emergency.number for emergency in FILES[code].emergency]


def test_the_countries_that_we_promise_are_there() -> None:
    assert set(EUROPEAN_UNION + ENGLISH_SPEAKING) <= set(FILES)


def test_the_linter_finds_no_error_in_any_file() -> None:
    assert [str(f) for f in crisis_lint.lint(FILES, TODAY) if f.level == "error"] == []


def test_no_service_is_shown_until_somebody_has_confirmed_it_with_two_dated_sources() -> None:
    shown = [service for country in crisis.load(TODAY).countries.values() for service in country.services]
    confirmed = [entry for found in FILES.values() for entry in found.services if entry.state == "confirmed"]
    assert len(shown) <= len(confirmed)
    for entry in confirmed:
        assert crisis.faults_of(entry) == []


def test_numbers_known_to_have_been_replaced_are_nowhere_to_be_dialled() -> None:
    replaced = {"18334564566", "45645", "1393", "18005990019"}
    for found in FILES.values():
        for entry in found.services:
            for number in [*entry.call, entry.text or ""]:
                assert "".join(c for c in number if c.isdigit()) not in replaced


def test_the_book_goes_out_as_json_with_for_and_without_empty_fields() -> None:
    book = msgspec.json.decode(msgspec.json.encode(crisis.load(TODAY)))
    assert book["fallback_url"] == "https://findahelpline.com"
    assert book["countries"]["FR"]["emergency"] == [{"number": "112"}, {"number": "15", "for": "ambulance"}]
    assert book["countries"]["NO"]["name"] == "Norway"
    assert len(book["version"]) == 16
