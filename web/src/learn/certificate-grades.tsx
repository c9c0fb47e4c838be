// Grades, and what is there of what they ask for: the same for the person and for whoever helps them.
import { checkIcon, Icon } from "../shared/icon";
import { day } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { type AskLine, type Certificate, clearanceOf, type Grade, noonOf, type RuleSet } from "./certificates";
import { clearanceName } from "./clearances";

const HOUR_MS = 3600_000;

export function RuleSetView({ rules }: { rules: RuleSet }) {
  const id = `rules-${rules.rule_set_id}`;
  return (
    <section class="stack stack--4" aria-labelledby={id}>
      <div class="stack stack--2">
        <h2 id={id}>{rules.title}</h2>
        <p class="soft">{rules.summary}</p>
        <p class="small soft">{rules.notice}</p>
      </div>
      <ul class="grades">
        {rules.grades.map((grade) => (
          <li class="card stack stack--3" key={grade.grade_id}>
            <GradeView grade={grade} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function GradeView({ grade }: { grade: Grade }) {
  return (
    <>
      <div class="row row--spread">
        <h3>{grade.title}</h3>
        <StateChip state={grade.state} isDue={grade.is_due} />
      </div>
      <p class="small">{grade.summary}</p>
      {grade.state === "held" && <p class="small soft">{untilWords(grade.expires_on)}</p>}
      {grade.lacks.length > 0 && <p class="small soft">{t("certificates.lacks", { what: grade.lacks.join(", ") })}</p>}
      {grade.asks.length > 0 && (
        <>
          <h4 class="small">{t(grade.is_renewal ? "certificates.for_renewal" : "certificates.asks")}</h4>
          <ul class="lines asks small">
            {grade.asks.map((ask) => (
              <li key={ask.title}>
                {ask.met_on ? <Icon of={checkIcon} /> : <span class="asks__open" />}
                <span>
                  {ask.title}
                  <br />
                  <span class="soft">{askWords(ask)}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {grade.is_due && <p class="small">{t("certificates.due")}</p>}
    </>
  );
}

function askWords(ask: AskLine): string {
  if (ask.kind === "education" || ask.kind === "chat_hours") {
    const have = Math.floor((ask.have / HOUR_MS) * 10) / 10;
    return t("certificates.hours", { n: have, m: ask.need / HOUR_MS });
  }
  return t("certificates.n_of_m", { n: ask.have, m: ask.need });
}

const untilWords = (on: string | null): string =>
  on === null ? t("certificates.no_end") : t("certificates.until", { day: day(noonOf(on) - 24 * HOUR_MS) });

export function StateChip({ state, isDue }: { state: Grade["state"]; isDue?: boolean }) {
  if (state === "held") {
    return (
      <span class="chip chip--calm">
        <Icon of={checkIcon} />
        {t("certificates.state_held")}
      </span>
    );
  }
  if (state === "withdrawn") return <span class="chip chip--danger">{t("certificates.state_withdrawn")}</span>;
  if (state === "lapsed") return <span class="chip chip--caution">{t("certificates.state_lapsed")}</span>;
  return isDue ? <span class="chip chip--flame">{t("certificates.state_due")}</span> : null;
}

/** With their kinds: "low" alone says nothing. */
export const clearancesWords = (tags: readonly string[]): string =>
  tags
    .map((tag) => {
      const one = clearanceOf(tag);
      return `${wordFor("clearance_kind", one.kind, "unknown_code")}: ${clearanceName(one)}`;
    })
    .join(", ");

/** Who granted it and until when it holds. */
export function grantWords(one: Certificate): string {
  const by = one.granted_by_name ?? t("certificates.by_rules");
  const from = t("certificates.granted", { day: day(one.granted_at_ms), name: by });
  if (one.state === "withdrawn" && one.withdrawn_at_ms !== null) {
    return `${from} ${t("certificates.withdrawn_on", { day: day(one.withdrawn_at_ms) })}`;
  }
  if (one.expires_at_ms === null) return `${from} ${t("certificates.no_end")}`;
  const last = day(one.expires_at_ms - 12 * HOUR_MS);
  return `${from} ${t(one.state === "held" ? "certificates.until" : "certificates.ended", { day: last })}`;
}
