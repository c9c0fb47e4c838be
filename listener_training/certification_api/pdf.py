"""A training record as a PDF, for whoever keeps paper."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from listener_training.certification.fulfilment import HOUR_MS
from listener_training.certification_api.shown import AskLine, CertificateLine, GradeLine, Record

if TYPE_CHECKING:
    from fpdf import FPDF

#: The fonts that every PDF reader has can write Latin letters only. For other names one of these is put into the file.
FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/TTF/DejaVuSans.ttf"),
    Path("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf"),
)
_STATES = {"none": "not earned yet", "held": "held", "lapsed": "run out", "withdrawn": "withdrawn"}


class UnwritableError(Exception):
    """No font here has the letters. The message is one sentence that says what to do."""


def record_pdf(record: Record, public_url: str, fonts: Sequence[Path] = FONTS) -> bytes:
    """The record as a PDF. Raises UnwritableError. Takes some tens of milliseconds: not for the loop."""
    # Imported here: it brings an imaging library along that no chat needs.
    from fpdf import FPDF

    paper = FPDF(format="A4")
    paper.set_title(f"Training record: {record.display_name}")
    paper.set_creator("Tealight")
    paper.set_lang("en")
    paper.set_creation_date(datetime.fromtimestamp(record.at_ms / 1000, UTC))
    family = _font(paper, record, fonts)
    paper.set_auto_page_break(True, 20)
    paper.add_page()
    _line(paper, family, f"Training record: {record.display_name}", 18)
    _line(paper, family, f"As of {_moment(record.at_ms)}. Not clinically reviewed.", 10)
    _line(paper, family, "Certificates", 14)
    if not record.certificates:
        _line(paper, family, "None.", 10)
    for certificate in record.certificates:
        for words in _certificate(certificate, public_url):
            _line(paper, family, words, 10)
    for rules in record.rule_sets:
        _line(paper, family, f"{rules.title}, version {rules.version}", 14)
        _line(paper, family, rules.notice, 10)
        for grade in rules.grades:
            _line(paper, family, _grade(grade), 11)
            for ask in grade.asks:
                _line(paper, family, f"   {_ask(ask)}", 10)
    _line(paper, family, "Signed off", 14)
    kept = [one for one in record.sign_offs if not one.is_struck]
    for one in kept:
        hours = f", {one.minutes / 60:g} hours" if one.minutes else ""
        _line(paper, family, f"{one.done_on}: {one.title}{hours}, by {one.signed_by_name or 'somebody who left'}", 10)
    if not kept:
        _line(paper, family, "Nothing.", 10)
    return bytes(paper.output())


def _font(paper: "FPDF", record: Record, fonts: Sequence[Path]) -> str:
    written = [record.display_name]
    written += [one.title for rules in record.rule_sets for one in rules.grades]
    written += [words for one in record.sign_offs for words in (one.title, one.signed_by_name or "")]
    written += [one.granted_by_name or "" for one in record.certificates]
    try:
        "".join(written).encode("latin-1")
        return "helvetica"
    except UnicodeEncodeError:
        path = next((path for path in fonts if path.is_file()), None)
    if path is None:
        raise UnwritableError(
            "This record has letters for which no font is installed here; "
            "install DejaVu Sans (fonts-dejavu-core), or take the JSON."
        )
    paper.add_font("wide", fname=path)
    return "wide"


def _line(paper: "FPDF", family: str, words: str, size: float) -> None:
    paper.set_font(family, size=size)
    if size > 11:
        paper.ln(3)
    paper.multi_cell(0, size * 0.55, words, new_x="LMARGIN", new_y="NEXT", align="L")


def _certificate(one: CertificateLine, public_url: str) -> list[str]:
    until = "until it is withdrawn" if one.expires_at_ms is None else f"until {_moment(one.expires_at_ms)}"
    by = one.granted_by_name or "the rules of this service"
    words = [f"{one.title}: {_STATES[one.state]}; granted {_moment(one.granted_at_ms)} by {by}, {until}."]
    if one.withdrawn_at_ms is not None:
        words.append(f"   Withdrawn {_moment(one.withdrawn_at_ms)}.")
    return [*words, f"   {public_url}/certificate/{one.certificate_id}"]


def _grade(grade: GradeLine) -> str:
    ends = f", until {grade.expires_on}" if grade.state == "held" and grade.expires_on else ""
    return f"{grade.title}: {_STATES[grade.state]}{ends}"


def _ask(ask: AskLine) -> str:
    per = HOUR_MS if ask.kind in ("education", "chat_hours") else 1
    return f"[{ask.have / per:.4g} of {ask.need / per:g}] {ask.title}"


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
