"""Two admins who take the same certificate back in the same moment."""

import asyncio

from tests.training.test_certification_api import Registry, grants, learns, people, registry

__all__ = ["registry"]


async def test_the_first_withdrawal_stands_with_its_reason(registry: Registry) -> None:
    cast = await people(registry)
    other = await registry.sign_in("heather", "admin", is_cleared=False)
    await learns(registry, cast)
    certificate_id = (await grants(cast))["certificate_id"]
    path = f"/api/certificates/{certificate_id}/withdrawal"
    both = await asyncio.gather(
        cast.admin.post(path, {"reason": "By Linden."}), other.post(path, {"reason": "By Heather."})
    )
    assert [answer.status_code for answer in both] == [204, 204]
    acts = (await cast.admin.get("/api/admin/audit")).json()["lines"]
    (withdrawal,) = [line for line in acts if line["act"] == "withdraw_certificate"]
    (certificate,) = (await cast.fennel.get("/api/certification")).json()["certificates"]
    names = {cast.admin.person_id: "Linden", other.person_id: "Heather"}
    assert certificate["withdrawn_by_name"] == names[withdrawal["by"]]
    assert certificate["withdrawn_reason"] == f"By {names[withdrawal['by']]}."
