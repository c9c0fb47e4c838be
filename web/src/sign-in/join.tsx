import { useCallback, useState } from "preact/hooks";
import { call, Problem } from "../shared/http";
import { warningIcon } from "../shared/icon";
import type { Role } from "../shared/wire";
import { Banner, Field } from "../staff/field";
import { useDoing, useLoaded } from "../staff/loading";
import { firstPage, isTrainee, type Me } from "../staff/me";
import { PasswordField } from "../staff/password-field";
import { day, languageName, problemWords, roleName } from "../staff/say";
import { t } from "../staff/words";

interface Invitation {
  role: Role;
  languages: string[];
  expires_at_ms: number;
}

/** Refusals that belong under one field. */
const FIELD_OF: Record<string, "name" | "display_name" | "password"> = {
  bad_name: "name",
  name_taken: "name",
  bad_display_name: "display_name",
  bad_password: "password",
};

export function Join({ code }: { code: string }) {
  const path = `/api/invitations/${encodeURIComponent(code)}`;
  const load = useCallback(() => call<Invitation>("GET", path), [path]);
  const { value: invitation, problem, isLoading } = useLoaded(load);
  if (isLoading) return <p class="soft">{t("loading")}</p>;
  if (!invitation) {
    return (
      <div class="stack">
        <h1 class="voice sign-in__title">{t("join.title")}</h1>
        <Banner kind="caution" icon={warningIcon}>
          {problemWords(problem)}
        </Banner>
        <p class="small soft">
          <a href="/sign-in">{t("join.have_account")}</a>
        </p>
      </div>
    );
  }
  return (
    <>
      <div class="stack">
        <h1 class="voice sign-in__title">{t("join.title")}</h1>
        <p class="small soft">
          {t("join.as", {
            role: roleName(invitation.role),
            languages: invitation.languages.map(languageName).join(", "),
            day: day(invitation.expires_at_ms),
          })}
        </p>
      </div>
      <JoinForm path={path} />
    </>
  );
}

function JoinForm({ path }: { path: string }) {
  const [name, setName] = useState("");
  const [shown, setShown] = useState("");
  const [password, setPassword] = useState("");
  const doing = useDoing();
  const field = doing.problem instanceof Problem ? FIELD_OF[doing.problem.code] : undefined;
  const errorOf = (which: string) => (field === which ? problemWords(doing.problem) : null);

  const join = async (event: Event) => {
    event.preventDefault();
    await doing.run(async () => {
      const body = { name: name.trim().toLowerCase(), display_name: shown.trim(), password };
      const person = await call<Me>("POST", path, body);
      location.assign(isTrainee(person) ? "/learn" : firstPage(person.role));
    });
  };

  return (
    <form class="stack stack--5" onSubmit={join}>
      {doing.problem !== null && !field && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          {problemWords(doing.problem)}
        </Banner>
      )}
      <Field label={t("sign_in.name")} hint={t("name_hint")} error={errorOf("name")}>
        {(joined) => (
          <input
            {...joined}
            class="input"
            name="name"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            minLength={2}
            maxLength={40}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={t("account.shown_name")} hint={t("account.shown_name_hint")} error={errorOf("display_name")}>
        {(joined) => (
          <input
            {...joined}
            class="input"
            name="nickname"
            autocomplete="nickname"
            required
            maxLength={40}
            value={shown}
            onInput={(event) => setShown(event.currentTarget.value)}
          />
        )}
      </Field>
      <PasswordField
        label={t("sign_in.password")}
        hint={t("password_hint")}
        error={errorOf("password")}
        name="password"
        isNew
        value={password}
        change={setPassword}
      />
      <button class="btn btn--main btn--wide" type="submit">
        {t("join.do")}
      </button>
    </form>
  );
}
