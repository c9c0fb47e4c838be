// Somebody's certificates for supervisors and admins: signing off, and for admins withdrawing.
import { useCallback, useState } from "preact/hooks";
import { dayField } from "../admin/entries";
import { now } from "../staff/clock";
import { PastDay, Remark } from "../staff/dated";
import { Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { mayAdmin, me } from "../staff/me";
import { day } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { grantWords, RuleSetView, StateChip } from "./certificate-grades";
import { TakeAlong } from "./certificate-own";
import {
  type Certificate,
  type CertificationRecord,
  loadRecord,
  noonOf,
  type RuleSet,
  signOff,
  strikeSignOff,
  withdrawCertificate,
} from "./certificates";

type Again = () => Promise<void>;

export function PersonCertificates({ personId }: { personId: string }) {
  const load = useCallback(() => loadRecord(personId), [personId]);
  const { value, problem, again } = useLoaded(load);
  if (problem !== null) return <Wrong problem={problem} />;
  if (!value) return <p class="soft">{t("loading")}</p>;
  const isOwn = me.value?.person_id === personId;
  const rules = value.rule_sets.filter((one) => one.is_in_force);
  return (
    <>
      <section class="stack stack--4" aria-labelledby="certificates">
        <h2 id="certificates">{t("learn.certificates")}</h2>
        {value.certificates.length === 0 && <p class="soft">{t("certificates.nobody_granted")}</p>}
        <ul class="grades">
          {value.certificates.map((one) => (
            <li class="card stack stack--3" key={one.certificate_id}>
              <OneCertificate certificate={one} again={again} />
            </li>
          ))}
        </ul>
      </section>
      {!isOwn && rules.length > 0 && <SignOffForm personId={personId} ruleSets={rules} again={again} />}
      <SignOffs record={value} again={again} />
      {value.rule_sets.map((one) => (
        <RuleSetView key={one.rule_set_id} rules={one} />
      ))}
      <TakeAlong whose={personId} />
    </>
  );
}

function OneCertificate({ certificate, again }: { certificate: Certificate; again: Again }) {
  const [reason, setReason] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const doing = useDoing();
  const withdraw = (event: Event) => {
    event.preventDefault();
    void doing.run(async () => {
      await withdrawCertificate(certificate.certificate_id, reason);
      setIsOpen(false);
      await again();
    });
  };
  const mayWithdraw = certificate.state === "held" && me.value !== null && mayAdmin(me.value);
  return (
    <>
      <div class="row row--spread">
        <h3>
          <a href={`/certificate/${encodeURIComponent(certificate.certificate_id)}`}>{certificate.title}</a>
        </h3>
        <StateChip state={certificate.state} />
      </div>
      <p class="small soft">{grantWords(certificate)}</p>
      {certificate.withdrawn_reason && <p class="certificate__words">{certificate.withdrawn_reason}</p>}
      {certificate.reply && (
        <>
          <h4 class="small">{t("desk.reply")}</h4>
          <p class="certificate__words">{certificate.reply}</p>
        </>
      )}
      {mayWithdraw && !isOpen && (
        <div>
          <button class="btn btn--dense btn--danger" type="button" onClick={() => setIsOpen(true)}>
            {t("certificates.withdraw")}
            <span class="visually-hidden">: {certificate.title}</span>
          </button>
        </div>
      )}
      {mayWithdraw && isOpen && (
        <form class="stack stack--3" onSubmit={withdraw}>
          <LongField
            label={t("certificates.why")}
            hint={t("certificates.why_hint")}
            rows={3}
            maxLength={1000}
            isRequired
            value={reason}
            change={setReason}
          />
          <Wrong problem={doing.problem} />
          <div class="row row--tight">
            <button class="btn btn--dense btn--danger-fill" type="submit" disabled={doing.isDoing}>
              {t("certificates.withdraw")}
            </button>
            <button class="btn btn--dense" type="button" onClick={() => setIsOpen(false)}>
              {t("certificates.keep")}
            </button>
          </div>
        </form>
      )}
    </>
  );
}

/** Items and subjects of all rule sets in one list: `rule set / item or subject / id`. */
function SignOffForm({ personId, ruleSets, again }: { personId: string; ruleSets: RuleSet[]; again: Again }) {
  const [what, setWhat] = useState("");
  const [hours, setHours] = useState("1");
  const [on, setOn] = useState(() => dayField(now.peek()));
  const [comment, setComment] = useState("");
  const doing = useDoing();
  const [ruleSetId = "", kind = "", id = ""] = what.split("/");
  const send = (event: Event) => {
    event.preventDefault();
    void doing.run(async () => {
      const common = { rule_set_id: ruleSetId, done_on: on, comment };
      const minutes = Math.round(Number(hours) * 60);
      await signOff(personId, kind === "item" ? { ...common, item: id } : { ...common, subject: id, minutes });
      setWhat("");
      setComment("");
      await again();
    });
  };
  return (
    <form class="panel panel__body panel--form stack stack--4" onSubmit={send}>
      <h2>{t("sign_off.title")}</h2>
      <p class="small soft">{t("sign_off.hint")}</p>
      <Field label={t("sign_off.what")}>
        {(joined) => (
          <select
            {...joined}
            class="input"
            required
            value={what}
            onChange={(event) => setWhat(event.currentTarget.value)}
          >
            <option value="" />
            {ruleSets.map((rules) => (
              <optgroup key={rules.rule_set_id} label={rules.title}>
                {Object.entries(rules.items).map(([key, title]) => (
                  <option key={key} value={`${rules.rule_set_id}/item/${key}`}>
                    {title}
                  </option>
                ))}
                {Object.entries(rules.subjects).map(([key, title]) => (
                  <option key={key} value={`${rules.rule_set_id}/subject/${key}`}>
                    {t("sign_off.hours_of", { what: title })}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        )}
      </Field>
      {kind === "subject" && (
        <Field label={t("sign_off.hours")}>
          {(joined) => (
            <input
              {...joined}
              class="input input--date"
              type="number"
              min="0.25"
              max="200"
              step="0.25"
              required
              value={hours}
              onInput={(event) => setHours(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <PastDay label={t("sign_off.day")} value={on} change={setOn} />
      <Remark label={t("sign_off.comment")} value={comment} change={setComment} />
      <Wrong problem={doing.problem} />
      <div>
        <button class="btn btn--main btn--dense" type="submit" disabled={doing.isDoing}>
          {t("sign_off.send")}
        </button>
      </div>
    </form>
  );
}

function SignOffs({ record, again }: { record: CertificationRecord; again: Again }) {
  const doing = useDoing();
  const kept = record.sign_offs.filter((one) => !one.is_struck);
  if (kept.length === 0) return null;
  const strike = (id: string) =>
    doing.run(async () => {
      await strikeSignOff(record.person_id, id);
      await again();
    });
  return (
    <section class="stack stack--3" aria-labelledby="signed">
      <h2 id="signed">{t("sign_off.signed")}</h2>
      <Wrong problem={doing.problem} />
      <ul class="signed">
        {kept.map((one) => (
          <li key={one.sign_off_id} class="row row--spread">
            <span>
              {one.title}
              {one.minutes !== null && ` (${t("sign_off.n_hours", { n: one.minutes / 60 })})`}
              <br />
              <span class="small soft">
                {t("sign_off.by", { day: day(noonOf(one.done_on)), name: one.signed_by_name ?? t("by_staff") })}{" "}
                {one.comment}
              </span>
            </span>
            <button class="btn btn--dense btn--quiet" type="button" onClick={() => void strike(one.sign_off_id)}>
              {t("sign_off.strike")}
              <span class="visually-hidden">: {one.title}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
