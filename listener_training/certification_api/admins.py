"""For supervisors: signing off. For admins: granting, withdrawing, and which rules are in force."""

from dataclasses import dataclass
from datetime import date

from chat.accounts.audit import record
from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.api.endpoint import ADMINS, SUPERVISORS, Asked, Endpoint
from chat.api.problems import Problem
from config.settings import SettingsError
from listener_training.certification.due import due_now
from listener_training.certification.issuing import grant_certificate, withdraw_certificate
from listener_training.certification.rule_set import RuleSet
from listener_training.certification.sign_offs import sign_off, strike
from listener_training.certification.signing_key import read_or_make
from listener_training.certification.standing import Rulebook, certificates_of, switches
from listener_training.certification.tables import RuleSetSwitchRow
from listener_training.certification_api.lines import certificate_line, state_of
from listener_training.certification_api.shown import (
    CertificateLine,
    CertificateWithdrawal,
    Desk,
    NewCertificate,
    NewSignOff,
    Proposal,
    RuleSetSwitch,
    SignOffMade,
    SwitchBody,
)

#: Withdrawals stay on the admins' desk for so long.
_OF_LATE_MS = 90 * 24 * 3600_000
_PERSON = "/api/certification/people/{person_id}"


@dataclass(frozen=True)
class CertificationAdmins:
    book: Rulebook

    def _rules(self, rule_set_id: str) -> RuleSet:
        rules = self.book.rule_sets.get(rule_set_id)
        if rules is None:
            raise Refused("no_such_rule_set", "There is no such rule set.")
        return rules

    async def sign_off(self, asked: Asked) -> SignOffMade:
        """A review that went well, or hours of learning."""
        body: NewSignOff = asked.body
        try:
            done_on = date.fromisoformat(body.done_on)
        except ValueError:
            raise Refused("bad_sign_off", "There is no such day.") from None
        async with asked.deps.database.write() as session:
            row = await sign_off(
                session,
                asked.part("person_id"),
                self._rules(body.rule_set_id),
                item=body.item,
                subject=body.subject,
                minutes=body.minutes,
                done_on=done_on,
                comment=body.comment,
                by=asked.by.person_id,
                now_ms=asked.now_ms,
            )
        return SignOffMade(row.sign_off_id)

    async def strike(self, asked: Asked) -> None:
        """A sign-off that was a mistake."""
        async with asked.deps.database.write() as session:
            await strike(
                session,
                asked.part("person_id"),
                asked.part("sign_off_id"),
                by=asked.by.person_id,
                now_ms=asked.now_ms,
            )

    async def desk(self, asked: Asked) -> Desk:
        """What waits for an admin."""
        now_ms = asked.now_ms
        async with asked.deps.database.read() as session:
            due = await due_now(session, self.book, now_ms)
            rows = await certificates_of(session)
            switched = await switches(session, self.book)
            late = [row for row in rows if row.withdrawn_at_ms and row.withdrawn_at_ms > now_ms - _OF_LATE_MS]
            people = [one for row in late for one in (row.person_id, row.granted_by, row.withdrawn_by)]
            names = await names_of(session, people)
        held = [row.rule_set_id for row in rows if state_of(row, now_ms) == "held"]
        return Desk(
            proposals=[
                Proposal(
                    person_id=one.person_id,
                    display_name=one.display_name,
                    rule_set_id=one.rules.id,
                    grade_id=one.grade.grade.id,
                    title=one.grade.grade.title,
                    clearances=one.grade.grade.earns,
                    is_renewal=one.grade.state == "held",
                    was_withdrawn=one.grade.state == "withdrawn",
                    would_expire_on=one.grade.would_expire_on.isoformat() if one.grade.would_expire_on else None,
                )
                for one in due
            ],
            withdrawn=[
                certificate_line(row, names, now_ms)
                for row in sorted(late, key=lambda row: row.withdrawn_at_ms or 0, reverse=True)
            ],
            names=names,
            rule_sets=[
                RuleSetSwitch(
                    rule_set_id=rules.id,
                    title=rules.title,
                    summary=rules.summary,
                    notice=rules.notice,
                    version=rules.version,
                    is_example=rules.is_example,
                    is_in_force=switched[rules.id].is_in_force,
                    is_automatic=switched[rules.id].is_automatic,
                    certificates=held.count(rules.id),
                )
                for rules in self.book.rule_sets.values()
            ],
        )

    async def grant(self, asked: Asked) -> CertificateLine:
        """The admin's yes to what is due."""
        body: NewCertificate = asked.body
        rules = self._rules(body.rule_set_id)
        grade = rules.grade(body.grade_id)
        if grade is None:
            raise Refused("no_such_rule_set", "This rule set has no such grade.")
        settings = asked.deps.settings
        try:
            key = read_or_make(settings.data_dir)
        except SettingsError as error:
            raise Problem(503, "not_ready", str(error)) from None
        async with asked.deps.database.write() as session:
            if not (await switches(session, self.book))[rules.id].is_in_force:
                raise Refused("not_due", "This rule set is not in force.")
            row = await grant_certificate(
                session,
                self.book,
                key,
                asked.part("person_id"),
                rules,
                grade,
                by=asked.by.person_id,
                issuer=settings.public_url,
                now_ms=asked.now_ms,
            )
        return certificate_line(row, {asked.by.person_id: asked.by.display_name}, asked.now_ms)

    async def withdraw(self, asked: Asked) -> None:
        """Take a certificate back with what rests on it."""
        body: CertificateWithdrawal = asked.body
        async with asked.deps.database.write() as session:
            await withdraw_certificate(
                session,
                self.book,
                asked.part("certificate_id"),
                by=asked.by.person_id,
                reason=body.reason,
                now_ms=asked.now_ms,
            )

    async def switch(self, asked: Asked) -> None:
        """Put a rule set into force, or out of it; certificates that were granted stay."""
        body: SwitchBody = asked.body
        rules = self._rules(asked.part("rule_set_id"))
        async with asked.deps.database.write() as session:
            await session.merge(
                RuleSetSwitchRow(
                    rule_set_id=rules.id,
                    is_in_force=body.is_in_force,
                    is_automatic=body.is_automatic,
                    changed_by=asked.by.person_id,
                    changed_at_ms=asked.now_ms,
                )
            )
            record(
                session,
                by=asked.by.person_id,
                act="switch_rule_set",
                about=rules.id,
                at_ms=asked.now_ms,
                detail={"is_in_force": body.is_in_force, "is_automatic": body.is_automatic},
            )

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="POST",
                path=f"{_PERSON}/sign-offs",
                act=self.sign_off,
                body=NewSignOff,
                answer=SignOffMade,
                status=201,
                who=SUPERVISORS,
                refusals=(404, 409),
                summary="Sign off a review, or hours of learning.",
            ),
            Endpoint(
                method="DELETE",
                path=f"{_PERSON}/sign-offs/{{sign_off_id}}",
                act=self.strike,
                status=204,
                who=SUPERVISORS,
                refusals=(404,),
                summary="Strike a sign-off that was a mistake.",
            ),
            Endpoint(
                method="GET",
                path="/api/certification/desk",
                act=self.desk,
                answer=Desk,
                who=ADMINS,
                summary="Who meets the rules and waits for a yes, withdrawals with their answers, the rule sets.",
            ),
            Endpoint(
                method="POST",
                path=f"{_PERSON}/certificates",
                act=self.grant,
                body=NewCertificate,
                answer=CertificateLine,
                status=201,
                who=ADMINS,
                refusals=(404, 409),
                summary="Grant a certificate that is due, with the clearances that it earns.",
            ),
            Endpoint(
                method="POST",
                path="/api/certificates/{certificate_id}/withdrawal",
                act=self.withdraw,
                body=CertificateWithdrawal,
                status=204,
                who=ADMINS,
                refusals=(404,),
                summary="Withdraw a certificate, what rests on it, and their clearances, from this moment.",
            ),
            Endpoint(
                method="PUT",
                path="/api/certification/rule-sets/{rule_set_id}",
                act=self.switch,
                body=SwitchBody,
                status=204,
                who=ADMINS,
                refusals=(404,),
                summary="Put a rule set into force or out of it; say whether it grants without being asked.",
            ),
        )
