import { useCallback, useState } from "preact/hooks";
import { call } from "../shared/http";
import { warningIcon } from "../shared/icon";
import type { Role } from "../shared/wire";
import { now } from "../staff/clock";
import { Banner, Field } from "../staff/field";
import { LanguagesField } from "../staff/languages-field";
import { useDoing, useLoaded } from "../staff/loading";
import { dayAndClock, languageName, problemWords, roleName } from "../staff/say";
import { t, words } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { tagsOf } from "./entries";
import { nameOf, STAFF_ROLES } from "./people";

interface Invitation {
  invitation_id: string;
  role: Role;
  languages: string[];
  created_by: string;
  created_at_ms: number;
  expires_at_ms: number;
  used_by: string | null;
  used_at_ms: number | null;
  withdrawn_at_ms: number | null;
}

interface Made {
  invitation: Invitation;
  code: string;
}

const PATH = "/api/admin/invitations";
const HOURS = [24, 72, 168, 720];

export function Invitations() {
  const load = useCallback(() => call<{ invitations: Invitation[] }>("GET", PATH), []);
  const { value, problem, again } = useLoaded(load);
  const [link, setLink] = useState<string | null>(null);
  const revoking = useDoing();
  const revoke = (id: string) =>
    revoking.run(async () => {
      await call("DELETE", `${PATH}/${encodeURIComponent(id)}`);
      await again();
    });
  return (
    <div class="stack">
      <div class="staff-title">
        <div>
          <h1>{t("admin.invitations")}</h1>
          <p class="soft">{t("invitations.hint")}</p>
        </div>
      </div>
      <Create
        made={(code) => {
          setLink(`${location.origin}/join/${code}`);
          void again();
        }}
      />
      {link && <Link link={link} done={() => setLink(null)} />}
      {(problem ?? revoking.problem) !== null && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          {problemWords(problem ?? revoking.problem)}
        </Banner>
      )}
      {value && value.invitations.length > 0 && (
        <section class="panel">
          <table class="table table--stack">
            <caption>{t("invitations.list")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("invitations.made")}</th>
                <th scope="col">{t("invitations.by")}</th>
                <th scope="col">{t("person.role")}</th>
                <th scope="col">{t("person.languages")}</th>
                <th scope="col">{t("invitations.state")}</th>
                <th scope="col">
                  <span class="visually-hidden">{t("invitations.revoke")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.invitations.map((one) => (
                <tr key={one.invitation_id}>
                  <th scope="row" class="nowrap">
                    {dayAndClock(one.created_at_ms)}
                  </th>
                  <td data-label={t("invitations.by")}>{nameOf(one.created_by)}</td>
                  <td data-label={t("person.role")}>{roleName(one.role)}</td>
                  <td data-label={t("person.languages")}>{one.languages.map(languageName).join(", ")}</td>
                  <td data-label={t("invitations.state")}>
                    <State one={one} />
                  </td>
                  <td class="full">
                    {isOpen(one) && (
                      <button class="btn btn--dense" type="button" onClick={() => void revoke(one.invitation_id)}>
                        {t("invitations.revoke")}
                        <span class="visually-hidden"> {dayAndClock(one.created_at_ms)}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {value && value.invitations.length === 0 && <p class="soft">{t("invitations.none")}</p>}
    </div>
  );
}

const isOpen = (one: Invitation): boolean =>
  one.used_at_ms === null && one.withdrawn_at_ms === null && one.expires_at_ms > now.value;

function State({ one }: { one: Invitation }) {
  if (one.used_at_ms !== null) {
    return <span class="chip chip--calm">{t("invitations.used", { name: nameOf(one.used_by ?? "") })}</span>;
  }
  if (one.withdrawn_at_ms !== null) return <span class="chip">{t("invitations.revoked")}</span>;
  if (one.expires_at_ms <= now.value) return <span class="chip">{t("invitations.over")}</span>;
  return <>{t("invitations.open_until", { day: dayAndClock(one.expires_at_ms) })}</>;
}

function Create({ made }: { made: (code: string) => void }) {
  const [role, setRole] = useState<Role>("listener");
  const [languages, setLanguages] = useState(words.language);
  const [hours, setHours] = useState(168);
  const doing = useDoing();
  const create = async (event: Event) => {
    event.preventDefault();
    await doing.run(async () => {
      const answer = await call<Made>("POST", PATH, { role, languages: tagsOf(languages), hours });
      made(answer.code);
    });
  };
  return (
    <form class="panel panel__body panel--form row row--ends" onSubmit={create}>
      <Field label={t("person.role")}>
        {(joined) => (
          <select
            {...joined}
            class="input input--dense"
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
          >
            {STAFF_ROLES.map((one) => (
              <option key={one} value={one}>
                {roleName(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <LanguagesField value={languages} change={setLanguages} />
      <Field label={t("invitations.lasts")}>
        {(joined) => (
          <select
            {...joined}
            class="input input--dense"
            value={String(hours)}
            onChange={(event) => setHours(Number(event.currentTarget.value))}
          >
            {HOURS.map((one) => (
              <option key={one} value={String(one)}>
                {t("span.days", { n: one / 24 })}
              </option>
            ))}
          </select>
        )}
      </Field>
      <button class="btn btn--main btn--dense" type="submit">
        {t("invitations.create")}
      </button>
      <Wrong problem={doing.problem} />
    </form>
  );
}

/** The link is known only now: the service keeps no more than a hash of it. */
function Link({ link, done }: { link: string; done: () => void }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setIsCopied(true);
    } catch {
      // Without the clipboard the link can be selected with one press.
    }
  };
  return (
    <section class="card card--lit stack stack--3" aria-labelledby="link" role="status">
      <h2 id="link">{t("invitations.link")}</h2>
      <code class="code">{link}</code>
      <p class="small">{t("invitations.link_hint")}</p>
      <div class="row">
        <button class="btn btn--main btn--dense" type="button" onClick={() => void copy()}>
          {t(isCopied ? "invitations.copied" : "invitations.copy")}
        </button>
        <button class="btn btn--dense" type="button" onClick={done}>
          {t("invitations.hide")}
        </button>
      </div>
    </section>
  );
}
