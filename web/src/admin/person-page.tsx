import { useState } from "preact/hooks";
import { backIcon, checkIcon, Icon, warningIcon } from "../shared/icon";
import { Banner } from "../staff/field";
import { useDoing } from "../staff/loading";
import { loadMe, type Me } from "../staff/me";
import { problemWords } from "../staff/say";
import { t } from "../staff/words";
import { WrongBanner } from "../staff/wrong";
import { Clearances } from "./clearances";
import { tagsOf } from "./entries";
import { GivenPassword } from "./given-password";
import { changePerson, type Person, people, setPassword, signOutPerson } from "./people";
import { PersonFields, type Typed } from "./person-fields";
import { refusedField } from "./refused-field";

export function PersonPage({ id, me }: { id: string; me: Me }) {
  const person = people.value?.find((one) => one.person_id === id);
  return (
    <div class="stack stack--5">
      <a class="btn btn--dense btn--quiet btn--plain back" href="#people">
        <Icon of={backIcon} points />
        {t("person.back")}
      </a>
      {!people.value && <p class="soft">{t("loading")}</p>}
      {people.value && !person && <p>{t("person.unknown")}</p>}
      {person && (
        <>
          <div class="staff-title">
            <h1>
              {person.display_name} <span class="soft person__name">{person.name}</span>
            </h1>
          </div>
          <div class="person">
            <Clearances key={`clearances-${id}`} person={person} />
            <Entries key={`entries-${id}`} person={person} isOwn={id === me.person_id} />
            <Access key={`access-${id}`} person={person} isOwn={id === me.person_id} />
          </div>
        </>
      )}
    </div>
  );
}

function Entries({ person, isOwn }: { person: Person; isOwn: boolean }) {
  const [typed, setTyped] = useState<Typed>({
    display_name: person.display_name,
    role: person.role,
    languages: person.languages.join(", "),
    max_chats: String(person.max_chats),
  });
  const [said, setSaid] = useState("");
  const doing = useDoing();
  const refused = refusedField(doing.problem);
  const isUnderField = refused !== null && refused.field in typed;

  const save = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    await doing.run(async () => {
      const entries = {
        display_name: typed.display_name,
        languages: tagsOf(typed.languages),
        max_chats: Number(typed.max_chats),
      };
      const saved = await changePerson(person.person_id, isOwn ? entries : { ...entries, role: typed.role });
      const opened = saved.opened_languages.join(", ");
      setSaid(opened ? t("person.saved_opened", { languages: opened }) : t("kept"));
      if (isOwn) await loadMe();
    });
  };

  return (
    <section class="panel" aria-labelledby="entries">
      <div class="panel__head">
        <h2 id="entries">{t("person.entries")}</h2>
      </div>
      <form class="panel__body stack stack--4" onSubmit={save}>
        {doing.problem !== null && !isUnderField && (
          <Banner kind="caution" icon={warningIcon} isAlert>
            {problemWords(doing.problem)}
          </Banner>
        )}
        <PersonFields
          typed={typed}
          change={setTyped}
          isOwn={isOwn}
          refused={isUnderField ? { field: refused.field as keyof Typed, words: refused.words } : null}
        />
        <div class="row">
          <button class="btn btn--main btn--dense" type="submit">
            {t("save")}
          </button>
          <Said words={said} />
        </div>
      </form>
    </section>
  );
}

function Access({ person, isOwn }: { person: Person; isOwn: boolean }) {
  const [password, setTyped] = useState("");
  const [said, setSaid] = useState("");
  const doing = useDoing();
  const act = async (words: string, run: () => Promise<unknown>) => {
    setSaid("");
    if (await doing.run(run)) setSaid(words);
  };
  return (
    <section class="panel" aria-labelledby="access">
      <div class="panel__head">
        <h2 id="access">{t("person.access")}</h2>
        <Said words={said} />
      </div>
      <div class="panel__body stack stack--5">
        <WrongBanner problem={doing.problem} />
        <form
          class="stack stack--3"
          onSubmit={(event) => {
            event.preventDefault();
            void act(t("person.password_set"), () => setPassword(person.person_id, password)).then(() => setTyped(""));
          }}
        >
          <GivenPassword
            label={t("person.new_password")}
            hint={t("person.new_password_hint")}
            value={password}
            change={setTyped}
          />
          <button class="btn btn--dense" type="submit">
            {t("person.set_password")}
          </button>
        </form>
        <div class="stack stack--2">
          <button
            class="btn btn--dense"
            type="button"
            onClick={() => void act(t("person.signed_out"), () => signOutPerson(person.person_id))}
          >
            {t("person.sign_out")}
          </button>
          <p class="small soft">{t("person.sign_out_hint")}</p>
        </div>
        {!isOwn && <Active person={person} act={act} />}
      </div>
    </section>
  );
}

interface ActiveProps {
  person: Person;
  act: (words: string, run: () => Promise<unknown>) => Promise<void>;
}

function Active({ person, act }: ActiveProps) {
  const [isSure, setIsSure] = useState(false);
  const change = (isActive: boolean) => {
    setIsSure(false);
    void act(t(isActive ? "person.reopened" : "person.was_closed"), () =>
      changePerson(person.person_id, { is_active: isActive }),
    );
  };
  if (!person.is_active) {
    return (
      <div class="stack stack--2">
        <p>{t("person.is_closed")}</p>
        <button class="btn btn--dense" type="button" onClick={() => change(true)}>
          {t("person.reopen")}
        </button>
      </div>
    );
  }
  return (
    <div class="stack stack--2">
      {isSure ? (
        <div class="row">
          <button class="btn btn--danger-fill btn--dense" type="button" onClick={() => change(false)}>
            {t("person.close_sure")}
          </button>
          <button class="btn btn--dense" type="button" onClick={() => setIsSure(false)}>
            {t("cancel")}
          </button>
        </div>
      ) : (
        <button class="btn btn--danger btn--dense" type="button" onClick={() => setIsSure(true)}>
          {t("person.close")}
        </button>
      )}
      <p class="small soft">{t("person.close_hint")}</p>
    </div>
  );
}

/** What was just done, said politely and shown beside the button. */
export function Said({ words }: { words: string }) {
  return (
    <span class="row row--tight small said" role="status">
      {words && (
        <>
          <Icon of={checkIcon} />
          {words}
        </>
      )}
    </span>
  );
}
