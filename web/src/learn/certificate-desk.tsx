// For admins: who meets the rules and waits for a yes, withdrawals with their answers, which rules are in force.
import { checkIcon, Icon } from "../shared/icon";
import { announce } from "../shared/status";
import { Frame } from "../staff/frame";
import { useDoing, useLoaded } from "../staff/loading";
import { day } from "../staff/say";
import { t } from "../staff/words";
import { Wrong } from "../staff/wrong";
import { personHash } from "./addresses";
import { clearancesWords, grantWords } from "./certificate-grades";
import { type Desk, grantCertificate, loadDesk, noonOf, type Proposal, switchRuleSet } from "./certificates";
import { useTitle } from "./title";

type Again = () => Promise<void>;

export function CertificateDesk() {
  const loaded = useLoaded(loadDesk);
  useTitle(t("desk.title"));
  return (
    <div class="stack stack--8">
      <div class="stack stack--2">
        <h1 class="learn__title">{t("desk.title")}</h1>
        <p class="soft">{t("desk.hint")}</p>
      </div>
      <Frame loaded={loaded}>
        {(desk) => (
          <>
            <Proposals proposals={desk.proposals} again={loaded.again} />
            <Withdrawals desk={desk} />
            <RuleSets desk={desk} again={loaded.again} />
          </>
        )}
      </Frame>
    </div>
  );
}

function Proposals({ proposals, again }: { proposals: Proposal[]; again: Again }) {
  return (
    <section class="stack stack--4" aria-labelledby="proposals">
      <h2 id="proposals">{t("desk.proposals")}</h2>
      {proposals.length === 0 && <p class="soft">{t("desk.no_proposal")}</p>}
      <ul class="grades">
        {proposals.map((one) => (
          <li class="card stack stack--3" key={`${one.person_id}/${one.rule_set_id}/${one.grade_id}`}>
            <ProposalCard proposal={one} again={again} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ProposalCard({ proposal, again }: { proposal: Proposal; again: Again }) {
  const doing = useDoing();
  const grant = () =>
    doing.run(async () => {
      await grantCertificate(proposal.person_id, proposal.rule_set_id, proposal.grade_id);
      announce(t("desk.granted", { name: proposal.display_name, title: proposal.title }));
      await again();
    });
  return (
    <>
      <div class="row row--spread">
        <h3>
          <a href={personHash(proposal.person_id)}>{proposal.display_name}</a>
        </h3>
        {proposal.was_withdrawn ? (
          <span class="chip chip--danger">{t("desk.was_withdrawn")}</span>
        ) : (
          <span class="chip">{t(proposal.is_renewal ? "desk.renewal" : "desk.first")}</span>
        )}
      </div>
      <p>{proposal.title}</p>
      <p class="small soft">
        {t("desk.clears", { what: clearancesWords(proposal.clearances) })}{" "}
        {proposal.would_expire_on
          ? t("certificates.until", { day: day(noonOf(proposal.would_expire_on) - 24 * 3600_000) })
          : t("certificates.no_end")}
      </p>
      <Wrong problem={doing.problem} />
      <div>
        <button
          class="btn btn--main btn--dense"
          type="button"
          disabled={doing.isDoing}
          aria-label={t("desk.grant_to", { name: proposal.display_name, title: proposal.title })}
          onClick={() => void grant()}
        >
          <Icon of={checkIcon} />
          {t("desk.grant")}
        </button>
      </div>
    </>
  );
}

function Withdrawals({ desk }: { desk: Desk }) {
  if (desk.withdrawn.length === 0) return null;
  return (
    <section class="stack stack--4" aria-labelledby="withdrawals">
      <h2 id="withdrawals">{t("desk.withdrawals")}</h2>
      <ul class="grades">
        {desk.withdrawn.map((one) => (
          <li class="card stack stack--3" key={one.certificate_id}>
            <h3>
              <a href={personHash(one.person_id)}>{desk.names[one.person_id] ?? one.person_id}</a>
            </h3>
            <p>{one.title}</p>
            <p class="small soft">{grantWords(one)}</p>
            <h4 class="small">{t("certificates.reason")}</h4>
            <p class="certificate__words">{one.withdrawn_reason}</p>
            <h4 class="small">{t("desk.reply")}</h4>
            {one.reply ? <p class="certificate__words">{one.reply}</p> : <p class="soft">{t("desk.no_reply")}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function RuleSets({ desk, again }: { desk: Desk; again: Again }) {
  const doing = useDoing();
  const put = (ruleSetId: string, isInForce: boolean, isAutomatic: boolean) =>
    doing.run(async () => {
      await switchRuleSet(ruleSetId, isInForce, isAutomatic);
      announce(t("kept"));
      await again();
    });
  return (
    <section class="stack stack--4" aria-labelledby="rule-sets">
      <h2 id="rule-sets">{t("desk.rule_sets")}</h2>
      <Wrong problem={doing.problem} />
      <ul class="grades">
        {desk.rule_sets.map((rules) => (
          <li class="card stack stack--3" key={rules.rule_set_id}>
            <div class="row row--spread">
              <h3>{rules.title}</h3>
              {rules.is_example && <span class="chip">{t("desk.example")}</span>}
            </div>
            <p class="small">{rules.summary}</p>
            <p class="small soft">{rules.notice}</p>
            <p class="small soft">{t("desk.certificates", { n: rules.certificates, version: rules.version })}</p>
            <label class="certificate__switch">
              <input
                type="checkbox"
                checked={rules.is_in_force}
                onChange={(event) => void put(rules.rule_set_id, event.currentTarget.checked, rules.is_automatic)}
              />
              <span>{t("desk.in_force")}</span>
            </label>
            <label class="certificate__switch">
              <input
                type="checkbox"
                checked={rules.is_automatic}
                disabled={!rules.is_in_force}
                onChange={(event) => void put(rules.rule_set_id, rules.is_in_force, event.currentTarget.checked)}
              />
              <span>{t("desk.automatic")}</span>
            </label>
          </li>
        ))}
      </ul>
      <p class="small soft">{t("desk.automatic_hint")}</p>
    </section>
  );
}
