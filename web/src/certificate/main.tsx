// A certificate for anybody who has its address, and a place to check a pasted one.
import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { clearancesWords } from "../learn/certificate-grades";
import { call, Problem } from "../shared/http";
import { checkIcon, warningIcon } from "../shared/icon";
import { Flame } from "../shared/mark";
import { thisDevice } from "../shared/safe-storage";
import { Status } from "../shared/status";
import { restoreTheme } from "../shared/theme";
import { speakHere } from "../shared/words";
import { setServerTime } from "../staff/clock";
import { Banner, Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { LANGUAGE_KEY } from "../staff/mount";
import { day, problemWords } from "../staff/say";
import { t, words } from "../staff/words";
import { checkHere, checkThere, documentIn, loadKeys, type Verified } from "./check";
import "./certificate.css";
import { WrongBanner } from "../staff/wrong";

interface Shown {
  certificate_id: string;
  name: string;
  title: string;
  state: "held" | "lapsed" | "withdrawn";
  is_genuine: boolean;
  granted_by: string;
  granted_at_ms: number;
  expires_at_ms: number | null;
  withdrawn_at_ms: number | null;
  clears: string[];
  rules: string;
  version: string;
  notice: string;
  document: string;
  address: string;
  qr: string;
  server_time_ms: number;
}

async function load(id: string): Promise<Shown> {
  const shown = await call<Shown>("GET", `/api/certificates/${encodeURIComponent(id)}`);
  setServerTime(shown.server_time_ms);
  return shown;
}

function CertificatePage({ id }: { id: string }) {
  const ask = useCallback(() => load(id), [id]);
  const { value, problem } = useLoaded(ask);
  if (problem !== null) {
    const isGone = problem instanceof Problem && problem.status === 404;
    return (
      <Banner kind="caution" icon={warningIcon} isAlert>
        {isGone ? t("certificate.unknown") : problemWords(problem)}
      </Banner>
    );
  }
  if (!value) return <p class="soft">{t("loading")}</p>;
  return (
    <article class="certificate card">
      <div class="stack stack--4">
        <Verdict isGenuine={value.is_genuine} state={value.state} />
        <div class="stack stack--2">
          <p class="soft">{t("certificate.says")}</p>
          <h1 class="voice certificate__name" dir="auto">
            {value.name}
          </h1>
          <p class="lede">{value.title}</p>
        </div>
        {value.notice && <p>{value.notice}</p>}
        <Facts of={value} />
      </div>
      <figure class="certificate__code">
        <img
          src={`data:image/svg+xml;utf8,${encodeURIComponent(withNamespace(value.qr))}`}
          alt={t("certificate.qr")}
          width="260"
          height="260"
        />
        <figcaption class="small soft">{t("certificate.qr_hint")}</figcaption>
      </figure>
    </article>
  );
}

const withNamespace = (svg: string): string =>
  svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');

function Verdict({ isGenuine, state }: { isGenuine: boolean; state: Shown["state"] | null | undefined }) {
  if (!isGenuine) {
    return (
      <Banner kind="danger" icon={warningIcon}>
        {t("certificate.forged")}
      </Banner>
    );
  }
  if (state === "held") {
    return (
      <Banner kind="calm" icon={checkIcon}>
        {t("certificate.holds")}
      </Banner>
    );
  }
  const key =
    state === "withdrawn"
      ? "certificate.withdrawn"
      : state === "lapsed"
        ? "certificate.ended"
        : state === null
          ? "certificate.not_ours"
          : "certificate.only_signature";
  return (
    <Banner kind="caution" icon={warningIcon}>
      {t(key)}
    </Banner>
  );
}

type Fact = Pick<Shown, "granted_by" | "granted_at_ms" | "expires_at_ms" | "clears" | "rules" | "version"> & {
  withdrawn_at_ms?: number | null;
};

function Facts({ of }: { of: Fact }) {
  const lines: [string, string][] = [
    [t("certificate.granted_on"), day(of.granted_at_ms)],
    [t("certificate.granted_by"), of.granted_by || t("certificates.by_rules")],
    [
      t("certificate.holds_until"),
      of.expires_at_ms === null ? t("clearance.no_end") : day(of.expires_at_ms - 12 * 3600_000),
    ],
    [t("certificate.clears"), clearancesWords(of.clears)],
    [t("certificate.rules"), `${of.rules} ${of.version}`],
  ];
  if (of.withdrawn_at_ms) lines.push([t("certificate.withdrawn_on"), day(of.withdrawn_at_ms)]);
  return (
    <dl class="certificate__facts">
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function CheckForm({ first }: { first: string }) {
  const [text, setText] = useState(first);
  const [found, setFound] = useState<Verified | "forged" | "no_text" | null>(null);
  const [isHere, setIsHere] = useState(false);
  const doing = useDoing();
  const check = (event?: Event) => {
    event?.preventDefault();
    void doing.run(async () => {
      const document = documentIn(text);
      if (document === null) return setFound("no_text");
      let here: Verified | null | undefined;
      try {
        here = await checkHere(document, await loadKeys(localStorage));
      } catch {
        here = undefined; // no Ed25519 in this browser, or no keys yet
      }
      setIsHere(here !== undefined);
      if (here === null) return setFound("forged");
      try {
        setFound(await checkThere(document));
      } catch (problem) {
        if (problem instanceof Problem && problem.code === "bad_document") return setFound("forged");
        if (here === undefined) throw problem;
        setFound(here); // offline: the signature alone
      }
    });
  };
  return (
    <section class="card stack stack--4" aria-labelledby="check">
      <h2 id="check">{t("certificate.check")}</h2>
      <form class="stack stack--3" onSubmit={check}>
        <Field label={t("certificate.text")} hint={t("certificate.text_hint")}>
          {(joined) => (
            <textarea
              {...joined}
              class="input certificate__text"
              rows={4}
              required
              spellcheck={false}
              autocapitalize="none"
              maxLength={16000}
              value={text}
              onInput={(event) => {
                setText(event.currentTarget.value);
                setFound(null);
              }}
            />
          )}
        </Field>
        <div>
          <button class="btn btn--main btn--dense" type="submit" disabled={doing.isDoing}>
            {t("certificate.check_it")}
          </button>
        </div>
      </form>
      <WrongBanner problem={doing.problem} />
      <div role="status">
        {found === "no_text" && <p>{t("certificate.no_text")}</p>}
        {found === "forged" && <Verdict isGenuine={false} state={null} />}
        {found !== null && typeof found !== "string" && (
          <div class="stack stack--3">
            <Verdict isGenuine state={found.state === undefined ? lapsedOr(found) : found.state} />
            <p>
              <strong dir="auto">{found.name}</strong>: {found.title}
            </p>
            {found.notice && <p>{found.notice}</p>}
            <Facts of={found} />
            <p class="small soft">{t(isHere ? "certificate.checked_here" : "certificate.checked_there")}</p>
          </div>
        )}
      </div>
    </section>
  );
}

const lapsedOr = (found: Verified): "lapsed" | undefined =>
  found.expires_at_ms !== null && Date.now() >= found.expires_at_ms ? "lapsed" : undefined;

function Page({ id, document: scanned }: { id: string | null; document: string }) {
  useEffect(() => {
    document.title = t("title.certificate");
  }, []);
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <header class="certificate__bar">
        <a class="mark" href="/" aria-label={t("start_page")}>
          <Flame />
          <span>{t("name")}</span>
        </a>
      </header>
      <main class="certificate-page stack stack--6" id="main" tabIndex={-1}>
        {id ? <CertificatePage id={id} /> : <h1 class="learn__title">{t("certificate.title")}</h1>}
        <CheckForm first={scanned} />
        <p class="small soft">{t("certificate.offline")}</p>
      </main>
      <Status />
    </>
  );
}

async function start(): Promise<void> {
  restoreTheme(thisDevice);
  await speakHere(words, thisDevice.getItem(LANGUAGE_KEY));
  const root = document.getElementById("page");
  if (!root) return;
  const id = /^\/certificate\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? null;
  const scanned = location.hash.length > 100 ? location.href : "";
  render(<Page id={id === null ? null : decodeURIComponent(id)} document={scanned} />, root);
}

void start();
