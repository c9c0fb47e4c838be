import { useState } from "preact/hooks";
import { clearanceName, Until } from "../learn/clearances";
import { Dialog } from "../shared/dialog";
import { TOPICS } from "../shared/wire";
import { now } from "../staff/clock";
import { Field } from "../staff/field";
import { useDoing } from "../staff/loading";
import { LongField } from "../staff/long-field";
import type { Clearance } from "../staff/me";
import { day } from "../staff/say";
import { t, wordFor } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { dayField, endOfDayMs } from "./entries";
import { grant, type HeldClearance, nameOf, type Person, withdraw } from "./people";
import { Said } from "./person-page";

type Kind = Clearance["kind"];

/** All that can be cleared for. */
const CLEARABLE: readonly { kind: Kind; values: readonly string[] }[] = [
  { kind: "age_band", values: ["adult", "teen"] },
  { kind: "topic", values: TOPICS },
  { kind: "risk_level", values: ["low", "high", "imminent"] },
];

export function Clearances({ person }: { person: Person }) {
  const [leaving, setLeaving] = useState<HeldClearance | null>(null);
  const held = CLEARABLE.flatMap(({ kind }) => person.clearances.filter((one) => one.kind === kind));
  return (
    <section class="panel person__wide" aria-labelledby="clearances">
      <div class="panel__head">
        <h2 id="clearances">{t("clearances.title")}</h2>
      </div>
      <p class="small soft panel__note">{t("clearances.hint")}</p>
      {held.length === 0 ? (
        <p class="panel__note">{t("clearances.none")}</p>
      ) : (
        <table class="table table--stack">
          <caption class="visually-hidden">{t("clearances.title")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("clearance.value")}</th>
              <th scope="col">{t("clearance.kind")}</th>
              <th scope="col">{t("clearance.from")}</th>
              <th scope="col">{t("clearance.since")}</th>
              <th scope="col">{t("clearance.until")}</th>
              <th scope="col">
                <span class="visually-hidden">{t("clearance.withdraw")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {held.map((one) => (
              <tr key={one.clearance_id}>
                <th scope="row">{clearanceName(one)}</th>
                <td data-label={t("clearance.kind")}>{wordFor("clearance_kind", one.kind, "unknown_code")}</td>
                <td data-label={t("clearance.from")}>{nameOf(one.granted_by)}</td>
                <td data-label={t("clearance.since")}>{day(one.granted_at_ms)}</td>
                <td data-label={t("clearance.until")}>
                  <Until atMs={one.expires_at_ms} />
                </td>
                <td class="full">
                  <button class="btn btn--dense" type="button" aria-haspopup="dialog" onClick={() => setLeaving(one)}>
                    {t("clearance.withdraw")}
                    <span class="visually-hidden"> {clearanceName(one)}</span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Grant person={person} />
      {leaving && <Withdraw person={person} clearance={leaving} onClose={() => setLeaving(null)} />}
    </section>
  );
}

const keyOf = (kind: string, value: string): string => `${kind}/${value}`;

function Grant({ person }: { person: Person }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [until, setUntil] = useState("");
  const [said, setSaid] = useState("");
  const doing = useDoing();
  const toggle = (key: string, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(key);
    else next.delete(key);
    setChosen(next);
  };
  const save = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    const expires_at_ms = endOfDayMs(until);
    const wanted = CLEARABLE.flatMap(({ kind, values }) =>
      values.filter((value) => chosen.has(keyOf(kind, value))).map((value) => ({ kind, value, expires_at_ms })),
    );
    if (wanted.length === 0) return;
    if (await doing.run(() => grant(person.person_id, wanted))) {
      setChosen(new Set());
      setSaid(t("clearances.granted", { n: wanted.length }));
    }
  };
  return (
    <form class="panel__body grant stack stack--4" onSubmit={save}>
      <h3>{t("clearances.grant")}</h3>
      <WrongBanner problem={doing.problem} />
      {CLEARABLE.map(({ kind, values }) => (
        <fieldset key={kind} class="stack stack--2">
          <legend class="small soft">{wordFor("clearance_kind", kind, "unknown_code")}</legend>
          <div class="chips">
            {values.map((value) => (
              <label class="choice choice--dense" key={value}>
                <input
                  type="checkbox"
                  checked={chosen.has(keyOf(kind, value))}
                  onChange={(event) => toggle(keyOf(kind, value), event.currentTarget.checked)}
                />
                <span>{clearanceName({ kind, value })}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <div class="row row--ends">
        <button
          class="btn btn--dense btn--quiet btn--plain"
          type="button"
          onClick={() => setChosen(new Set(CLEARABLE.flatMap(({ kind, values }) => values.map((v) => keyOf(kind, v)))))}
        >
          {t("clearances.choose_all")}
        </button>
        <Field label={t("clearance.until")} hint={t("clearances.until_hint")}>
          {(joined) => (
            <input
              {...joined}
              class="input input--dense input--date"
              type="date"
              min={dayField(now.peek())}
              value={until}
              onInput={(event) => setUntil(event.currentTarget.value)}
            />
          )}
        </Field>
        <button
          class="btn btn--main btn--dense"
          type="submit"
          aria-disabled={chosen.size === 0 || doing.isDoing ? "true" : undefined}
        >
          {chosen.size === 0 ? t("clearances.grant") : t("clearances.do", { n: chosen.size })}
        </button>
        <Said words={said} />
      </div>
    </form>
  );
}

interface WithdrawProps {
  person: Person;
  clearance: HeldClearance;
  onClose: () => void;
}

function Withdraw({ person, clearance, onClose }: WithdrawProps) {
  const [reason, setReason] = useState("");
  const doing = useDoing();
  const name = clearanceName(clearance);
  const leave = async (event: Event) => {
    event.preventDefault();
    if (await doing.run(() => withdraw(person.person_id, clearance.clearance_id, reason.trim()))) onClose();
  };
  return (
    <Dialog
      id="withdraw"
      title={t("withdraw.title", { clearance: name, name: person.display_name })}
      closeLabel={t("close")}
      onClose={onClose}
    >
      <form class="stack stack--5" onSubmit={leave}>
        <p>{t("withdraw.hint")}</p>
        <WrongBanner problem={doing.problem} />
        <LongField
          label={t("withdraw.reason")}
          hint={t("withdraw.reason_hint")}
          rows={2}
          maxLength={200}
          isRequired
          value={reason}
          change={setReason}
        />
        <div class="row">
          <button class="btn btn--danger-fill" type="submit">
            {t("clearance.withdraw")}
          </button>
          <button class="btn" type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
