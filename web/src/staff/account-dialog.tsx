import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { call } from "../shared/http";
import { checkIcon, downIcon, Icon } from "../shared/icon";
import { Field } from "./field";
import { forgetKept } from "./kept";
import { useDoing } from "./loading";
import { loadMe, type Me } from "./me";
import { PasswordField } from "./password-field";
import { problemWords, roleName } from "./say";
import { t } from "./words";
import { WrongBanner } from "./wrong";

/** What must happen before the sign-out, for instance taking what was kept in this tab away. */
const beforeSignOut: (() => void)[] = [];
export function onSignOut(handler: () => void): void {
  beforeSignOut.push(handler);
}

/** Raises Problem. */
export async function signOut(everywhere: boolean): Promise<void> {
  await forgetKept();
  await call("POST", "/api/sign-out", { everywhere });
  for (const handler of beforeSignOut) handler();
  location.assign("/sign-in");
}

export function AccountDialog({ person, onClose }: { person: Me; onClose: () => void }) {
  const doing = useDoing();
  return (
    <Dialog id="account" title={person.display_name} closeLabel={t("close")} onClose={onClose}>
      <div class="stack stack--6">
        <p class="soft">{t("account.who", { name: person.name, role: roleName(person.role) })}</p>
        <ShownName person={person} />
        <Password />
        <section class="stack stack--3">
          <h3>{t("account.leave")}</h3>
          <WrongBanner problem={doing.problem} />
          <div class="row">
            <button class="btn btn--main" type="button" onClick={() => doing.run(() => signOut(false))}>
              {t("account.sign_out")}
            </button>
            <button class="btn" type="button" onClick={() => doing.run(() => signOut(true))}>
              {t("account.sign_out_everywhere")}
            </button>
          </div>
          <p class="small soft">{t("account.everywhere_hint")}</p>
        </section>
      </div>
    </Dialog>
  );
}

function ShownName({ person }: { person: Me }) {
  const [name, setName] = useState(person.display_name);
  const [isKept, setIsKept] = useState(false);
  const doing = useDoing();
  const keep = async (event: Event) => {
    event.preventDefault();
    setIsKept(false);
    const isDone = await doing.run(async () => {
      await call("PUT", "/api/me/settings", { display_name: name });
      await loadMe();
    });
    setIsKept(isDone);
  };
  return (
    <form class="stack stack--3" onSubmit={keep}>
      <Field
        label={t("account.shown_name")}
        hint={t("account.shown_name_hint")}
        error={doing.problem === null ? null : problemWords(doing.problem)}
      >
        {(joined) => (
          <input
            {...joined}
            class="input"
            maxLength={40}
            required
            autocomplete="nickname"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="row">
        <button class="btn btn--dense" type="submit">
          {t("account.keep_name")}
        </button>
        <Kept isKept={isKept} />
      </div>
    </form>
  );
}

function Password() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [isKept, setIsKept] = useState(false);
  const doing = useDoing();
  const keep = async (event: Event) => {
    event.preventDefault();
    setIsKept(false);
    const isDone = await doing.run(() => call("POST", "/api/me/password", { old, new: fresh }));
    setIsKept(isDone);
    if (isDone) {
      setOld("");
      setFresh("");
    }
  };
  return (
    <details class="fold">
      <summary>
        {t("account.change_password")}
        <Icon of={downIcon} />
      </summary>
      <form class="stack stack--3 fold__body" onSubmit={keep}>
        <WrongBanner problem={doing.problem} />
        <PasswordField label={t("account.old_password")} value={old} change={setOld} />
        <PasswordField
          label={t("account.new_password")}
          hint={t("password_hint")}
          isNew
          value={fresh}
          change={setFresh}
        />
        <div class="row">
          <button class="btn btn--dense" type="submit">
            {t("account.keep_password")}
          </button>
          <Kept isKept={isKept} />
        </div>
      </form>
    </details>
  );
}

function Kept({ isKept }: { isKept: boolean }) {
  return (
    <span class="row row--tight small" role="status">
      {isKept && (
        <>
          <Icon of={checkIcon} />
          {t("kept")}
        </>
      )}
    </span>
  );
}
