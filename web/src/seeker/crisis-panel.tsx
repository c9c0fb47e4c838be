import { Dialog } from "../shared/dialog";
import { Icon, phoneIcon } from "../shared/icon";
import { nameOfLanguage } from "../shared/words";
import { QuickExit } from "./bar";
import { type CrisisCountry, type CrisisNumber, type CrisisService, crisis, FALLBACK_URL } from "./front";
import { isCrisisOpen } from "./state";
import { value } from "./store";
import { keep, kept } from "./tab";
import { type Key, say, words } from "./words";

/** Chosen by the person, never guessed, and kept no longer than this tab's chat. */
const country = value(kept("country") ?? "");

function choose(code: string): void {
  country.value = code;
  keep("country", code);
}

function nameOf(code: string, one: CrisisCountry): string {
  try {
    return (
      one.names?.[words.language] ?? new Intl.DisplayNames([words.language], { type: "region" }).of(code) ?? one.name
    );
  } catch {
    return one.name;
  }
}

function dialled(number: string): string {
  return number.replace(/[^\d+*#]/g, "");
}

function Emergency({ numbers }: { numbers: CrisisNumber[] }) {
  if (numbers.length === 0) {
    return (
      <p class="crisis__first">
        <Icon of={phoneIcon} />
        <span>
          {say("crisis.call_unknown")}
          <span>{say("crisis.call_when")}</span>
        </span>
      </p>
    );
  }
  return (
    <div class="stack stack--2">
      {numbers.map((one) => {
        const key = `crisis.for.${one.for}`;
        return (
          <a key={one.number} class="crisis__first" href={`tel:${dialled(one.number)}`}>
            <Icon of={phoneIcon} />
            <span>
              {say("crisis.call", { number: one.number })}
              <span>{words.has(key) ? say(key as Key) : say("crisis.call_when")}</span>
            </span>
          </a>
        );
      })}
    </div>
  );
}

/** One way to reach a service, said in words: which number, and whether it is called or written to. */
function Way({ href, children }: { href: string; children: string }) {
  const isPage = href.startsWith("https:");
  return (
    <a class="btn btn--dense" href={href} target={isPage ? "_blank" : undefined} rel="noreferrer noopener">
      {children}
    </a>
  );
}

function Service({ of }: { of: CrisisService }) {
  const text = of.text && say("crisis.text", { what: of.text });
  // "741741", or "HOME to 741741". Anything else names an app, which a number alone doesn't open.
  const texted = of.text?.match(/^(?:\S+ to )?([\d -]+)$/)?.[1];
  // Hours of a large country tell nothing without their zone.
  const city = of.time_zone?.replace(/.*\//, "").replace(/_/g, " ");
  const hours = of.hours === "24/7" ? say("crisis.always") : of.hours;
  const details = [
    texted ? "" : text,
    city ? `${hours} (${say("crisis.zone", { city })})` : hours,
    of.ages,
    of.cost,
    of.languages?.map(nameOfLanguage).join(", "),
  ];
  // A day, and no instant: west of Greenwich it would be the day before.
  const day = new Intl.DateTimeFormat(words.regional, { dateStyle: "long", timeZone: "UTC" });
  return (
    <div class="crisis__line">
      <h3>{of.name}</h3>
      <div class="row">
        {of.call?.map((number) => (
          <Way key={number} href={`tel:${dialled(number)}`}>
            {say("crisis.call", { number })}
          </Way>
        ))}
        {text && texted && <Way href={`sms:${dialled(texted)}`}>{text}</Way>}
        {of.chat && (
          <Way href={`https://${of.chat.replace(/^https?:\/\//, "")}`}>{say("crisis.chat", { where: of.chat })}</Way>
        )}
      </div>
      <p>
        {details
          .filter(Boolean)
          .map((one) => `${one}. `)
          .join("")}
        {say("crisis.checked", { day: day.format(new Date(of.verified_on)) })}
      </p>
    </div>
  );
}

/** Emergency number, the person's own country, and the directory that works everywhere. Needs no network once loaded. */
export function CrisisHelp() {
  const book = crisis.value;
  const chosen = book?.countries[country.value];
  const url = book?.fallback_url ?? FALLBACK_URL;
  const codes = Object.entries(book?.countries ?? {}).map(([code, one]) => ({ code, name: nameOf(code, one) }));
  codes.sort((a, b) => a.name.localeCompare(b.name, words.language));
  return (
    <div class="stack">
      <Emergency numbers={chosen?.emergency ?? []} />
      {book === null ? (
        <p class="small soft">{say("crisis.loading")}</p>
      ) : (
        <label class="field">
          <span class="label">{say("crisis.country")}</span>
          <select class="input" value={country.value} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">{say("crisis.choose")}</option>
            {codes.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
            <option value="-">{say("crisis.not_here")}</option>
          </select>
          <span class="hint hint--below">{say("crisis.why")}</span>
        </label>
      )}
      <div>
        {chosen?.services.map((service) => (
          <Service key={service.name} of={service} />
        ))}
        <div class="crisis__line">
          <h3>{say("crisis.any")}</h3>
          <a class="btn btn--dense" href={url} target="_blank" rel="noreferrer noopener">
            {say("crisis.open")}
          </a>
          <p>{say("crisis.any_more")}</p>
        </div>
      </div>
    </div>
  );
}

export function CrisisPanel() {
  if (!isCrisisOpen.value) return null;
  const close = () => {
    isCrisisOpen.value = false;
  };
  return (
    <Dialog id="crisis" title={say("crisis.title")} closeLabel={say("close")} onClose={close} before={<QuickExit />}>
      <CrisisHelp />
      <p class="small soft crisis__quiet">{say("crisis.quiet")}</p>
    </Dialog>
  );
}
