// A person's own certificates: what they hold, what is missing, what ends when; and their answer to a withdrawal.
import { useState } from "preact/hooks";
import { clockIcon, Icon, saveIcon } from "../shared/icon";
import { Banner } from "../staff/field";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { LongField } from "../staff/long-field";
import { day } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { grantWords, RuleSetView, StateChip } from "./certificate-grades";
import { type Certificate, type CertificationRecord, loadOwnRecord, noonOf, sendReply } from "./certificates";
import { useTitle } from "./title";

export function OwnCertificates() {
  const loaded = useLoaded(loadOwnRecord);
  useTitle(t("learn.certificates"));
  return (
    <div class="stack stack--8">
      <div class="stack stack--3">
        <h1 class="learn__title">{t("learn.certificates")}</h1>
        <p class="lede">{t("certificates.hint")}</p>
      </div>
      <Frame loaded={loaded}>
        {(value) => (
          <>
            <Reminders record={value} />
            <section class="stack stack--4" aria-labelledby="mine">
              <h2 id="mine">{t("certificates.mine")}</h2>
              {value.certificates.length === 0 && <p class="soft">{t("certificates.none")}</p>}
              <ul class="grades">
                {value.certificates.map((one) => (
                  <li class="card stack stack--3" key={one.certificate_id}>
                    <OwnCertificate certificate={one} again={loaded.again} />
                  </li>
                ))}
              </ul>
            </section>
            {value.rule_sets.map((rules) => (
              <RuleSetView key={rules.rule_set_id} rules={rules} />
            ))}
            <TakeAlong whose="me" />
          </>
        )}
      </Frame>
    </div>
  );
}

function OwnCertificate({ certificate, again }: { certificate: Certificate; again: () => Promise<void> }) {
  return (
    <>
      <div class="row row--spread">
        <h3>{certificate.title}</h3>
        <StateChip state={certificate.state} />
      </div>
      <p class="small">{grantWords(certificate)}</p>
      {certificate.withdrawn_reason && (
        <div class="stack stack--2">
          <h4 class="small">{t("certificates.reason")}</h4>
          <p class="certificate__words">{certificate.withdrawn_reason}</p>
        </div>
      )}
      {certificate.reply && (
        <div class="stack stack--2">
          <h4 class="small">{t("certificates.your_reply")}</h4>
          <p class="certificate__words">{certificate.reply}</p>
        </div>
      )}
      {certificate.may_reply && <ReplyForm certificateId={certificate.certificate_id} again={again} />}
      <p>
        <a href={`/certificate/${encodeURIComponent(certificate.certificate_id)}`}>
          {t("certificates.open")}
          <span class="visually-hidden">: {certificate.title}</span>
        </a>
      </p>
    </>
  );
}

function ReplyForm({ certificateId, again }: { certificateId: string; again: () => Promise<void> }) {
  const [text, setText] = useState("");
  const doing = useDoing();
  const send = (event: Event) => {
    event.preventDefault();
    void doing.run(async () => {
      await sendReply(certificateId, text);
      await again();
    });
  };
  return (
    <form class="stack stack--3" onSubmit={send}>
      <LongField
        label={t("certificates.reply")}
        hint={t("certificates.reply_hint")}
        rows={3}
        maxLength={2000}
        isRequired
        value={text}
        change={setText}
      />
      <Wrong problem={doing.problem} />
      <div>
        <button class="btn btn--dense" type="submit" disabled={doing.isDoing}>
          {t("certificates.send_reply")}
        </button>
      </div>
    </form>
  );
}

/** What ends soon or has ended, with a word on what is missing. */
export function Reminders({ record }: { record: CertificationRecord }) {
  const reminded = record.rule_sets.flatMap((rules) => rules.grades).filter((grade) => grade.is_reminded);
  if (reminded.length === 0) return null;
  return (
    <Banner kind="caution" icon={clockIcon}>
      {reminded.map((grade) => {
        const missing = grade.asks.filter((ask) => !ask.met_on).map((ask) => ask.title);
        const on = grade.expires_on === null ? "" : day(noonOf(grade.expires_on));
        return (
          <p key={grade.grade_id}>
            {t(grade.state === "lapsed" ? "certificates.remind_ended" : "certificates.remind", {
              title: grade.title,
              day: on,
            })}{" "}
            {missing.length > 0
              ? t("certificates.remind_missing", { what: missing.join("; ") })
              : grade.is_due && t("certificates.due")}
          </p>
        );
      })}
    </Banner>
  );
}

/** On the list of courses: nothing where nothing ends, and nothing where it can't be told. */
export function CourseReminders() {
  const { value } = useLoaded(loadOwnRecord);
  return value ? <Reminders record={value} /> : null;
}

export function TakeAlong({ whose }: { whose: string }) {
  const path = `/api/certification/records/${encodeURIComponent(whose)}`;
  return (
    <section class="stack stack--3" aria-label={t("certificates.take_along")}>
      <h2>{t("certificates.take_along")}</h2>
      <div class="row row--tight">
        <a class="btn btn--dense" href={`${path}.pdf`} download>
          <Icon of={saveIcon} />
          PDF
        </a>
        <a class="btn btn--dense" href={`${path}.json`} download>
          <Icon of={saveIcon} />
          JSON
        </a>
      </div>
    </section>
  );
}
