import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { day, roleName } from "../staff/say";
import { t } from "../staff/words";
import { loadMentors, type MentorLine, setMentor } from "./review";
import { Wrong } from "./review-list";

/** For admins: who reads chats with listeners. */
export function Mentors({ changed }: { changed: () => Promise<void> }) {
  const loaded = useLoaded(loadMentors);
  const doing = useDoing();
  const put = (one: MentorLine) =>
    doing.run(async () => {
      await setMentor(one.person_id, !one.is_mentor);
      await Promise.all([loaded.again(), changed()]);
    });
  return (
    <section class="stack stack--4" aria-labelledby="mentors">
      <div class="row row--spread">
        <h2 id="mentors">{t("mentors.title")}</h2>
        <a href="#reviews/agreement">{t("reviews.agreement")}</a>
      </div>
      <p class="small soft">{t("mentors.hint")}</p>
      {doing.problem !== null && <Wrong problem={doing.problem} />}
      <Frame loaded={loaded}>
        {({ people }) => (
          <div class="panel">
            <table class="table table--stack">
              <caption class="visually-hidden">{t("mentors.title")}</caption>
              <thead>
                <tr>
                  <th scope="col">{t("mentors.name")}</th>
                  <th scope="col">{t("mentors.role")}</th>
                  <th scope="col">{t("mentors.since")}</th>
                  <th scope="col" class="num">
                    {t("mentors.read")}
                  </th>
                  <th scope="col">
                    <span class="visually-hidden">{t("change")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {people.map((one) => (
                  <tr key={one.person_id}>
                    <th scope="row">{one.display_name}</th>
                    <td data-label={t("mentors.role")}>{roleName(one.role)}</td>
                    <td data-label={t("mentors.since")}>
                      {one.named_at_ms === null
                        ? null
                        : t("mentors.named", { day: day(one.named_at_ms), name: one.named_by_name ?? t("by_staff") })}
                    </td>
                    <td class="num" data-label={t("mentors.read")}>
                      {one.handed_in || null}
                    </td>
                    <td>
                      <button class="btn btn--dense" type="button" onClick={() => void put(one)}>
                        {t(one.is_mentor ? "mentors.release" : "mentors.make")}
                        <span class="visually-hidden">: {one.display_name}</span>
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Frame>
    </section>
  );
}
