import { useState } from "preact/hooks";
import { Frame } from "../staff/frame";
import { LanguagesField } from "../staff/languages-field";
import { useDoing, useLoaded } from "../staff/loading";
import { day, dayAndClock } from "../staff/say";
import { t, words } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { personHash } from "./addresses";
import { inviteTrainee, loadPeople, type PersonLine } from "./learning";
import { useTitle } from "./title";

/** For supervisors: who learns, how far they are, and a link for somebody new. */
export function People() {
  const loaded = useLoaded(loadPeople);
  useTitle(t("learn.people"));
  return (
    <div class="stack stack--5">
      <div class="stack stack--2">
        <h1 class="learn__title">{t("learn.people")}</h1>
        <p class="soft">{t("people_learning.hint")}</p>
      </div>
      <Invite />
      <Frame loaded={loaded}>
        {({ people }) =>
          people.length === 0 ? <p class="soft">{t("people_learning.none")}</p> : <Table people={people} />
        }
      </Frame>
    </div>
  );
}

function Table({ people }: { people: PersonLine[] }) {
  return (
    <section class="panel">
      <table class="table table--stack">
        <caption class="visually-hidden">{t("learn.people")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("people_learning.name")}</th>
            <th scope="col" class="num">
              {t("people_learning.done")}
            </th>
            <th scope="col" class="num">
              {t("people_learning.read")}
            </th>
            <th scope="col" class="num">
              {t("people_learning.passed")}
            </th>
            <th scope="col">{t("people_learning.since")}</th>
            <th scope="col">{t("people_learning.active")}</th>
          </tr>
        </thead>
        <tbody>
          {people.map((one) => (
            <tr key={one.person_id}>
              <th scope="row">
                <a href={personHash(one.person_id)}>{one.display_name}</a>
                {one.is_trainee && <span class="chip">{t("people_learning.trainee")}</span>}
              </th>
              <td class="num" data-label={t("people_learning.done")}>
                {t("people_learning.n_of_m", { n: one.done, m: one.lessons })}
              </td>
              <td class="num" data-label={t("people_learning.read")}>
                {one.read}
              </td>
              <td class="num" data-label={t("people_learning.passed")}>
                {one.passed}
              </td>
              <td data-label={t("people_learning.since")}>
                {one.enrolled_at_ms === null ? (
                  <span class="soft">{t("people_learning.not_begun")}</span>
                ) : (
                  day(one.enrolled_at_ms)
                )}
              </td>
              <td data-label={t("people_learning.active")}>
                {one.active_at_ms === null ? null : dayAndClock(one.active_at_ms)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Invite() {
  const [languages, setLanguages] = useState(words.language);
  const [link, setLink] = useState<string | null>(null);
  const doing = useDoing();
  const invite = (event: Event) => {
    event.preventDefault();
    void doing.run(async () => {
      const tags = languages.split(/[\s,;]+/).filter(Boolean);
      const made = await inviteTrainee(tags);
      setLink(`${location.origin}/join/${made.code}`);
    });
  };
  return (
    <>
      <form class="panel panel__body panel--form row row--ends" onSubmit={invite}>
        <LanguagesField value={languages} change={setLanguages} />
        <button class="btn btn--main btn--dense" type="submit">
          {t("people_learning.invite")}
        </button>
        <Wrong problem={doing.problem} />
      </form>
      {link && (
        <section class="card card--lit stack stack--3" aria-labelledby="link" role="status">
          <h2 id="link">{t("invitations.link")}</h2>
          <code class="code">{link}</code>
          <p class="small">{t("invitations.link_hint")}</p>
        </section>
      )}
    </>
  );
}
