import { useCallback, useEffect, useState } from "preact/hooks";
import { call } from "../shared/http";
import { Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { t, type WordKey } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { Said } from "./person-page";

type Known = Record<string, string>;

/** The texts that the seeker's page has a place for. An empty one means: the page's own words. */
const TEXTS: readonly { key: string; label: WordKey; hint: WordKey; rows: number }[] = [
  { key: "organisation", label: "text.organisation", hint: "text.organisation_hint", rows: 1 },
  { key: "intro", label: "text.intro", hint: "text.intro_hint", rows: 3 },
  { key: "privacy", label: "text.privacy", hint: "text.privacy_hint", rows: 4 },
  { key: "danger", label: "text.danger", hint: "text.danger_hint", rows: 4 },
  { key: "what_this_is_not", label: "text.not", hint: "text.not_hint", rows: 4 },
  { key: "trace", label: "text.trace", hint: "text.trace_hint", rows: 4 },
];
const PATH = "/api/admin/texts";

export function Texts() {
  const load = useCallback(() => call<{ texts: Known }>("GET", PATH), []);
  const { value, problem } = useLoaded(load);
  const [typed, setTyped] = useState<Known>({});
  const [said, setSaid] = useState("");
  const doing = useDoing();
  useEffect(() => {
    if (value) setTyped(value.texts);
  }, [value]);
  const save = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    const isDone = await doing.run(async () => {
      const texts = Object.fromEntries(TEXTS.map(({ key }) => [key, (typed[key] ?? "").trim()]));
      const answer = await call<{ texts: Known }>("PUT", PATH, { texts });
      setTyped(answer.texts);
    });
    if (isDone) setSaid(t("kept"));
  };
  const refusal = problem ?? doing.problem;
  return (
    <div class="stack">
      <div class="staff-title">
        <div>
          <h1>{t("admin.texts")}</h1>
          <p class="soft">{t("text.hint")}</p>
        </div>
      </div>
      <WrongBanner problem={refusal} />
      {value && (
        <form class="panel panel__body panel--form stack stack--5 texts" onSubmit={save}>
          {TEXTS.map(({ key, label, hint, rows }) => (
            <Field key={key} label={t(label)} hint={t(hint)}>
              {(joined) =>
                rows === 1 ? (
                  <input
                    {...joined}
                    class="input"
                    maxLength={200}
                    value={typed[key] ?? ""}
                    onInput={(event) => setTyped({ ...typed, [key]: event.currentTarget.value })}
                  />
                ) : (
                  <textarea
                    {...joined}
                    class="input texts__area"
                    rows={rows}
                    maxLength={8000}
                    value={typed[key] ?? ""}
                    onInput={(event) => setTyped({ ...typed, [key]: event.currentTarget.value })}
                  />
                )
              }
            </Field>
          ))}
          <div class="row">
            <button class="btn btn--main btn--dense" type="submit">
              {t("save")}
            </button>
            <Said words={said} />
          </div>
        </form>
      )}
    </div>
  );
}
