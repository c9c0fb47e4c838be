import { useEffect, useState } from "preact/hooks";
import { call, Problem } from "../shared/http";
import { warningIcon } from "../shared/icon";
import { Banner, Field } from "../staff/field";
import { useDoing } from "../staff/loading";
import { type Me, safeNext } from "../staff/me";
import { PasswordField } from "../staff/password-field";
import { problemWords } from "../staff/say";
import { stopwatch } from "../staff/spans";
import { t } from "../staff/words";

const NEVER = 0;

/** Until when trying again is of no use, or NEVER. */
function retryAtMs(problem: unknown): number {
  const wait = problem instanceof Problem ? problem.detail.retry_after_ms : undefined;
  return typeof wait === "number" ? Date.now() + wait : NEVER;
}

export function SignIn({ next }: { next: string | null }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [untilMs, setUntilMs] = useState(NEVER);
  const doing = useDoing();
  const leftMs = useCountdown(untilMs);

  const signIn = async (event: Event) => {
    event.preventDefault();
    if (leftMs > 0) return;
    await doing.run(async () => {
      try {
        const person = await call<Me>("POST", "/api/sign-in", { name: name.trim().toLowerCase(), password });
        location.assign(safeNext(next, person.role));
      } catch (problem) {
        setUntilMs(retryAtMs(problem));
        throw problem;
      }
    });
  };

  return (
    <>
      <div class="stack">
        <h1 class="voice sign-in__title">{t("sign_in.title")}</h1>
        <p class="small soft">
          {t("sign_in.who")} <a href="/">{t("sign_in.start_here")}</a>
          {t("sign_in.no_account")}
        </p>
      </div>
      <form class="stack stack--5" onSubmit={signIn}>
        {doing.problem !== null && (
          <Banner kind="caution" icon={warningIcon} isAlert>
            <strong>{problemWords(doing.problem)}</strong>
            {leftMs > 0 && <span class="figures">{t("sign_in.wait", { clock: stopwatch(leftMs + 999) })}</span>}
            {leftMs === 0 && untilMs !== NEVER && t("sign_in.now")}
          </Banner>
        )}
        <Field label={t("sign_in.name")}>
          {(joined) => (
            <input
              {...joined}
              class="input"
              name="name"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              required
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <PasswordField label={t("sign_in.password")} name="password" value={password} change={setPassword} />
        <button class="btn btn--main btn--wide" type="submit" aria-disabled={leftMs > 0 ? "true" : undefined}>
          {t("sign_in.do")}
        </button>
      </form>
      <p class="small soft">{t("sign_in.lost")}</p>
    </>
  );
}

/** Milliseconds left until an instant of this device's clock, renewed each second while any are left. */
function useCountdown(untilMs: number): number {
  const [leftMs, setLeftMs] = useState(0);
  useEffect(() => {
    const look = () => setLeftMs(Math.max(0, untilMs - Date.now()));
    look();
    if (untilMs <= Date.now()) return;
    const ticking = setInterval(() => {
      look();
      if (untilMs <= Date.now()) clearInterval(ticking);
    }, 1000);
    return () => clearInterval(ticking);
  }, [untilMs]);
  return leftMs;
}
