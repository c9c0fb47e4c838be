import { useCallback, useState } from "preact/hooks";
import { call } from "../shared/http";
import type { AgeBand } from "../shared/wire";
import { useLoaded } from "../staff/loading";
import { clock, languageName, poolName, problemWords } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t, type WordKey, wordFor, words } from "../staff/words";
import type { Board } from "./board";
import { useAgainSoon } from "./ended-chats";

interface ComparedLine {
  language: string;
  risk: number;
  needs: string[];
  waited_s: number;
  target_s: number;
  share: number;
  /** The head of the listener's other age band; absent from a server of an earlier version. */
  is_elsewhere?: boolean;
}

interface ComparedListener {
  listener_id: string;
  name: string | null;
  load: number;
  shares_topic: boolean;
}

interface ExplainedOffer {
  offer_id: string;
  chat_id: string;
  made_at_ms: number;
  language: string;
  age_band: AgeBand;
  risk: number;
  target_s: number;
  listener_name: string | null;
  seeker: string | null;
  waited_s: number;
  why: string;
  /** Absent from a server of an earlier version. */
  besides?: string[];
  load: number | null;
  share: number;
  listeners: ComparedListener[];
  lines: ComparedLine[];
  overtook: ComparedLine | null;
  outcome: string | null;
}

const SHOWN = 50;
const FIRST = 10;

/** The offers made last, each with why it went where it went. Names of staff, pseudonyms of seekers, no words. */
export function Offers({ board }: { board: Board }) {
  const only = board.onlyPool.value;
  const load = useCallback(() => {
    const [language, ageBand] = only?.split("/") ?? [];
    const pool = language && ageBand ? `&language=${encodeURIComponent(language)}&age_band=${ageBand}` : "";
    return call<{ offers: ExplainedOffer[] }>("GET", `/api/supervise/offers?limit=${SHOWN}${pool}`);
  }, [only]);
  const { value, problem, again } = useLoaded(load);
  const told = board.pools.value.reduce((sum, pool) => sum + pool.open_offers + 1000 * pool.open_chats, 0);
  useAgainSoon(told, again);
  const [isAll, setIsAll] = useState(false);
  const offers = value?.offers ?? [];
  return (
    <section class="span-12 panel">
      <table class="table table--stack">
        <caption>{t("offers.title")}</caption>
        {offers.length > 0 && (
          <>
            <thead>
              <tr>
                <th scope="col">{t("offers.at")}</th>
                <th scope="col">{t("pools.pool")}</th>
                <th scope="col">{t("offers.seeker")}</th>
                <th scope="col" class="num">
                  {t("offers.waited")}
                </th>
                <th scope="col">{t("ended.listener")}</th>
                <th scope="col">{t("offers.why")}</th>
                <th scope="col">{t("offers.outcome")}</th>
              </tr>
            </thead>
            <tbody>
              {(isAll ? offers : offers.slice(0, FIRST)).map((offer) => (
                <Row key={offer.offer_id} offer={offer} />
              ))}
            </tbody>
          </>
        )}
      </table>
      {!isAll && offers.length > FIRST && (
        <p class="panel__note">
          <button class="btn btn--dense" type="button" onClick={() => setIsAll(true)}>
            {t("offers.all", { n: offers.length })}
          </button>
        </p>
      )}
      {problem !== null && <p class="small panel__note">{problemWords(problem)}</p>}
      {value && offers.length === 0 && <p class="small soft panel__note">{t("offers.none")}</p>}
      {offers.length > 0 && <p class="small soft panel__note">{t("offers.hint")}</p>}
    </section>
  );
}

function Row({ offer }: { offer: ExplainedOffer }) {
  return (
    <tr>
      <th scope="row" class="figures nowrap">
        {clock(offer.made_at_ms)}
      </th>
      <td data-label={t("pools.pool")}>{poolName(offer)}</td>
      <td data-label={t("offers.seeker")}>{offer.seeker ?? <span class="soft">{t("offers.gone")}</span>}</td>
      <td class="num" data-label={t("offers.waited")}>
        {stopwatch(1000 * offer.waited_s)}
      </td>
      <td data-label={t("ended.listener")}>{listenerName(offer.listener_name)}</td>
      <td class="full" data-label={t("offers.why")}>
        <Why offer={offer} />
      </td>
      <td data-label={t("offers.outcome")}>{wordFor("offer_outcome", offer.outcome ?? "open", "unknown_code")}</td>
    </tr>
  );
}

function Why({ offer }: { offer: ExplainedOffer }) {
  const { overtook } = offer;
  return (
    <>
      {whyWords(offer)}
      {overtook && (
        <>
          {" "}
          {t(overtook.waited_s > offer.waited_s ? "offers.overtook" : "offers.overtook_a_moment", {
            wait: stopwatch(1000 * (overtook.waited_s - offer.waited_s)),
            line: lineName(overtook),
          })}
        </>
      )}
      <details class="small">
        <summary>{t(offer.lines.length > 0 ? "offers.lines" : "offers.listeners")}</summary>
        <ul>
          {offer.lines.map((line) => (
            <li key={lineName(line)}>
              {t("offers.line", {
                line: lineName(line),
                wait: stopwatch(1000 * line.waited_s),
                share: line.share,
                target: stopwatch(1000 * line.target_s),
              })}
            </li>
          ))}
          {offer.listeners.map((one) => (
            <li key={one.listener_id}>
              {t(one.shares_topic ? "offers.listener_topic" : "offers.listener", {
                name: listenerName(one.name),
                load: one.load,
              })}
            </li>
          ))}
          {offer.lines.length + offer.listeners.length === 0 && <li>{t("offers.nobody_else")}</li>}
        </ul>
      </details>
    </>
  );
}

function whyWords(offer: ExplainedOffer): string {
  return [offer.why, ...(offer.besides ?? [])].map((why) => reasonWords(why, offer)).join(" ");
}

function reasonWords(why: string, offer: ExplainedOffer): string {
  const key = `offer_why.${why}`;
  if (!words.has(key)) return t("unknown_code", { code: why });
  return t(key as WordKey, {
    listener: listenerName(offer.listener_name),
    load: offer.load ?? 0,
    share: offer.share,
    target: stopwatch(1000 * offer.target_s),
  });
}

const listenerName = (name: string | null): string => name ?? t("offers.no_name");

/** The line of a language that takes these clearances, such as "English, risk 2 (High risk, Suicide)". */
function lineName(line: ComparedLine): string {
  const needs = line.needs.map((need) => {
    const key = words.has(`risk.${need}`) ? "risk" : "topic";
    return wordFor(key, need, "unknown_code");
  });
  const language = line.is_elsewhere ? t("offers.other_band") : languageName(line.language);
  const name = t("offers.line_name", { language, risk: line.risk });
  return needs.length > 0 ? t("offers.line_needs", { line: name, needs: needs.join(", ") }) : name;
}
