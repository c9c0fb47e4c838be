"""A person's record, for them and for supervisors; their answer when a certificate was withdrawn."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.directory import names_of
from chat.accounts.people import get_person
from chat.api.endpoint import STAFF, SUPERVISORS, Asked, Endpoint
from listener_training.certification.issuing import reply_to_withdrawal
from listener_training.certification.sign_offs import sign_offs_of
from listener_training.certification.standing import Rulebook, certificates_of, standings_of
from listener_training.certification_api.lines import certificate_line, rule_set_line, sign_off_line
from listener_training.certification_api.shown import CertificateLine, Record, Reply


async def record_shown(session: AsyncSession, book: Rulebook, person_id: str, now_ms: int) -> Record:
    """One person's record. Raises Refused."""
    person = await get_person(session, person_id)
    standings = await standings_of(session, book, person_id, now_ms)
    certificates = await certificates_of(session, person_id)
    signed = await sign_offs_of(session, person_id)
    names = await names_of(
        session,
        [
            *(row.granted_by for row in certificates),
            *(row.withdrawn_by for row in certificates),
            *(row.signed_by for row in signed),
        ],
    )
    return Record(
        at_ms=now_ms,
        person_id=person_id,
        display_name=person.display_name,
        rule_sets=[rule_set_line(one) for one in standings],
        certificates=[certificate_line(row, names, now_ms) for row in reversed(certificates)],
        sign_offs=[sign_off_line(row, book, names) for row in signed],
    )


@dataclass(frozen=True)
class OwnCertificates:
    book: Rulebook

    async def mine(self, asked: Asked) -> Record:
        """What one holds, what is missing, what ends when."""
        async with asked.deps.database.read() as session:
            return await record_shown(session, self.book, asked.by.person_id, asked.now_ms)

    async def person(self, asked: Asked) -> Record:
        """Somebody's record."""
        async with asked.deps.database.read() as session:
            return await record_shown(session, self.book, asked.part("person_id"), asked.now_ms)

    async def reply(self, asked: Asked) -> CertificateLine:
        """The person's answer to a withdrawal."""
        body: Reply = asked.body
        async with asked.deps.database.write() as session:
            row = await reply_to_withdrawal(
                session, asked.part("certificate_id"), asked.by.person_id, text=body.text, now_ms=asked.now_ms
            )
            names = await names_of(session, [row.granted_by, row.withdrawn_by])
        return certificate_line(row, names, asked.now_ms)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path="/api/certification",
                act=self.mine,
                answer=Record,
                who=STAFF,
                summary="One's own record: certificates, what is missing for others, what ends when.",
            ),
            Endpoint(
                method="GET",
                path="/api/certification/people/{person_id}",
                act=self.person,
                answer=Record,
                who=SUPERVISORS,
                summary="Somebody's record.",
            ),
            Endpoint(
                method="POST",
                path="/api/certificates/{certificate_id}/reply",
                act=self.reply,
                body=Reply,
                answer=CertificateLine,
                who=STAFF,
                refusals=(404, 409),
                summary="Answer the withdrawal of one's own certificate, once.",
            ),
        )
