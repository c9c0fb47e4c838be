// Clearances as their holder sees them.
import { checkIcon, clockIcon, Icon, lockIcon } from "../shared/icon";
import type { AgeBand } from "../shared/wire";
import { now } from "../staff/clock";
import type { Clearance, Me } from "../staff/me";
import { ageName, day, languageName, span } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { useTitle } from "./title";

export const CLEARANCE_KINDS: readonly Clearance["kind"][] = ["age_band", "topic", "risk_level"];
const AGE_BANDS: readonly AgeBand[] = ["adult", "teen"];
/** From here on a clearance that runs out is worth a word. */
const SOON_MS = 30 * 24 * 3600_000;

export function Clearances({ person }: { person: Me }) {
  useTitle(t("learn.title"));
  return (
    <div class="stack stack--8">
      <div class="stack stack--3">
        <h1 class="learn__title">{t("learn.title")}</h1>
        <p class="lede">{t("learn.by_admin")}</p>
      </div>
      <section class="stack stack--4" aria-labelledby="may">
        <h2 id="may">{t("learn.may")}</h2>
        <ul class="lines">
          {AGE_BANDS.map((band) => (
            <May key={band} band={band} person={person} />
          ))}
        </ul>
        {person.age_bands.length === 0 && <p class="prose">{t("learn.no_age_band")}</p>}
      </section>
      <section class="stack stack--4" aria-labelledby="held">
        <h2 id="held">{t("learn.clearances")}</h2>
        {person.clearances.length === 0 ? <p class="soft">{t("learn.none")}</p> : <Held person={person} />}
      </section>
    </div>
  );
}

function May({ band, person }: { band: AgeBand; person: Me }) {
  const may = person.age_bands.includes(band);
  const languages = person.languages.map(languageName).join(", ");
  return (
    <li>
      <Icon of={may ? checkIcon : lockIcon} />
      <span>
        {t(may ? "learn.may_take" : "learn.may_not_take", { age: ageName(band), languages })}
        {may && <span class="soft small"> {t("learn.at_once", { n: person.max_chats })}</span>}
      </span>
    </li>
  );
}

function Held({ person }: { person: Me }) {
  const list = person.clearances;
  return (
    <div class="panel">
      <table class="table table--stack">
        <caption class="visually-hidden">{t("learn.clearances")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("clearance.value")}</th>
            <th scope="col">{t("clearance.kind")}</th>
            <th scope="col">{t("clearance.from")}</th>
            <th scope="col">{t("clearance.since")}</th>
            <th scope="col">{t("clearance.until")}</th>
          </tr>
        </thead>
        <tbody>
          {CLEARANCE_KINDS.flatMap((kind) => list.filter((one) => one.kind === kind)).map((one) => (
            <tr key={`${one.kind}/${one.value}`}>
              <th scope="row">{clearanceName(one)}</th>
              <td data-label={t("clearance.kind")}>{wordFor("clearance_kind", one.kind, "unknown_code")}</td>
              <td data-label={t("clearance.from")}>{grantedBy(one, person)}</td>
              <td data-label={t("clearance.since")}>{day(one.granted_at_ms)}</td>
              <td data-label={t("clearance.until")}>
                <Until atMs={one.expires_at_ms} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const PREFIX: Record<string, string> = { age_band: "age", risk_level: "risk", function: "function" };

export function clearanceName(one: Pick<Clearance, "kind" | "value">): string {
  return wordFor(PREFIX[one.kind] ?? "topic", one.value, "unknown_code");
}

/** Ids of others say nothing to a listener; a name is shown where the service tells one. */
function grantedBy(one: Clearance, person: Me): string {
  if (one.granted_by === "command_line") return t("by_command_line");
  if (one.granted_by === person.person_id) return t("by_yourself");
  return one.granted_by_name ?? t("by_staff");
}

export function Until({ atMs }: { atMs: number | null }) {
  if (atMs === null) return <span class="soft">{t("clearance.no_end")}</span>;
  const leftMs = atMs - now.value;
  if (leftMs <= 0) return <span class="chip chip--danger">{t("clearance.ran_out")}</span>;
  if (leftMs > SOON_MS) return <span class="nowrap">{day(atMs)}</span>;
  return (
    <span class="chip chip--caution">
      <Icon of={clockIcon} />
      {t("clearance.left", { span: span(leftMs) })}
    </span>
  );
}
