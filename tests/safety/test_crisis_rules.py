"""What may be shown on a day, told with made-up services."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from chat.safety import crisis, crisis_lint
from chat.safety.crisis import CountryFile, EmergencyNumber, ServiceEntry, Source

CHECKED = date(2030, 3, 1)
DAY = timedelta(days=1)


def service(**changes: Any) -> ServiceEntry:
    sound = ServiceEntry(
        name="Kind Ears",
        state="confirmed",
        call=["123"],
        hours="24/7",
        languages=["en"],
        cost="free",
        sources=[
            Source(url="https://kind.example/contact", dated=CHECKED - 3 * DAY, is_operator=True),
            Source(url="https://paper.example/kind-ears", dated=CHECKED - 100 * DAY),
        ],
        verified_on=CHECKED,
        verified_by="R. Reader",
        expires=CHECKED + 180 * DAY,
    )
    return msgspec.structs.replace(sound, **changes)


SOURCES = service().sources


def test_a_confirmed_service_is_shown_with_when_and_by_whose_page_it_was_checked() -> None:
    (shown,) = crisis.shown([service()], CHECKED)
    assert shown.verified_on == CHECKED
    assert shown.source_url == "https://kind.example/contact"


def test_an_old_page_of_the_operators_is_not_said_to_be_where_it_was_confirmed() -> None:
    undated = Source(url="https://kind.example/about", is_operator=True)
    old = Source(url="https://kind.example/2019", dated=CHECKED - 400 * DAY, is_operator=True)
    (shown,) = crisis.shown([service(sources=[undated, old, *service().sources])], CHECKED)
    assert shown.source_url == "https://kind.example/contact"


def test_a_draft_is_never_shown() -> None:
    assert crisis.shown([service(state="draft")], CHECKED) == []


def test_a_service_disappears_on_the_day_it_expires_and_not_before_it_was_verified() -> None:
    entry = service()
    assert entry.expires is not None
    assert len(crisis.shown([entry], entry.expires - DAY)) == 1
    assert crisis.shown([entry], entry.expires) == []
    assert crisis.shown([entry], CHECKED - DAY) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"call": []}, "neither call nor text nor chat"),
        ({"hours": None}, "hours are missing"),
        ({"hours": "18-22"}, "no time_zone"),
        ({"languages": []}, "languages"),
        ({"cost": None}, "cost"),
        ({"verified_by": None}, "verified_by"),
        ({"verified_on": None}, "verified_on"),
        ({"expires": CHECKED + 181 * DAY}, "180 days"),
        ({"expires": CHECKED}, "1 to 180 days"),
        ({"sources": service().sources[:1]}, "fewer than two"),
        ({"sources": service().sources[:1] * 2}, "fewer than two"),
        ({"sources": [Source(url="https://a.example", dated=CHECKED), service().sources[1]]}, "operator"),
        ({"sources": [replace(one, is_operator=True) for one in service().sources]}, "none but the operator"),
        ({"sources": [SOURCES[0], replace(SOURCES[0], url="https://kind.example/", is_operator=False)]}, "none but"),
        ({"sources": [service().sources[0], Source(url="https://old.example", dated=CHECKED - 181 * DAY)]}, "fewer"),
    ],
)
def test_an_unsound_service_is_not_shown_even_when_somebody_called_it_confirmed(
    changes: dict[str, Any], fault: str
) -> None:
    entry = service(**changes)
    assert any(fault in found for found in crisis.faults_of(entry))
    assert crisis.shown([entry], CHECKED) == []


def test_at_most_two_are_shown_and_of_a_pair_both_or_neither() -> None:
    adults, young = service(name="Adults", pair="ages"), service(name="Young", pair="ages")
    first, other = service(name="First"), service(name="Other")
    assert [s.name for s in crisis.shown([first, other, service(name="Third")], CHECKED)] == ["First", "Other"]
    assert [s.name for s in crisis.shown([adults, young, other], CHECKED)] == ["Adults", "Young"]
    assert [s.name for s in crisis.shown([first, adults, young, other], CHECKED)] == ["First", "Other"]
    half = msgspec.structs.replace(young, state="draft")
    assert [s.name for s in crisis.shown([adults, half, other], CHECKED)] == ["Other"]


def test_the_linter_only_warns_about_todays_date() -> None:
    country = CountryFile(country="GB", name="Here", emergency=[EmergencyNumber("999")], services=[service()])
    entry = country.services[0]
    assert entry.expires is not None
    assert crisis_lint.lint_country(country, CHECKED) == []
    for today, words in [
        (entry.expires - 5 * DAY, "check it again"),
        (entry.expires + DAY, "hidden"),
        (CHECKED - DAY, "hidden until"),
    ]:
        (finding,) = crisis_lint.lint_country(country, today)
        assert finding.level == "warning" and words in finding.what


def test_the_linter_refuses_a_wrong_emergency_number_and_what_cannot_be_dialled() -> None:
    country = CountryFile(
        country="GB",
        name="Here",
        emergency=[EmergencyNumber("911")],
        services=[service(call=["ask at the desk"], time_zone="Europe/Atlantis")],
    )
    findings = crisis_lint.lint_country(country, CHECKED)
    assert [f.level for f in findings] == ["error"] * 3
    assert "911" in findings[0].what


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("country: NO\nname: Norway\nemergency: []", "NO.yaml"),  # YAML reads a bare NO as false
        ('country: "SE"\nname: Norway\nemergency: []', "its country is 'SE'"),
        ('country: "NO"\nname: Norway\nemergency: [{number: 112}]', "number"),
        ('country: "NO"\nname: Norway\nemergency: []\nfire: "110"', "fire"),
        ('country: "NO"\nname: [', "NO.yaml"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "NO.yaml").write_text(text)
    with pytest.raises(crisis.CrisisFileError, match=words):
        crisis.load(CHECKED, tmp_path)


def test_any_change_of_a_file_changes_the_version(tmp_path: Path) -> None:
    path = tmp_path / "NO.yaml"
    path.write_text('country: "NO"\nname: Norway\nemergency: [{number: "113"}]')
    before = crisis.load(CHECKED, tmp_path).version
    path.write_text('country: "NO"\nname: Norway\nemergency: [{number: "112"}]')
    assert crisis.load(CHECKED, tmp_path).version != before
