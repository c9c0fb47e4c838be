import { useState } from "preact/hooks";
import { ageName, languageName, roleName } from "../staff/say";
import { t } from "../staff/words";
import { AddPerson } from "./add-person";
import { type Found, matches } from "./entries";
import { type Person, people, STAFF_ROLES } from "./people";

const NOBODY_IN_PARTICULAR: Found = { words: "", role: "", ageBand: "" };

export function PeopleList() {
  const [wanted, setWanted] = useState(NOBODY_IN_PARTICULAR);
  const [isAdding, setIsAdding] = useState(false);
  const all = people.value;
  const shown = (all ?? []).filter((one) => matches(one, wanted)).sort(byActiveAndName);
  return (
    <div class="stack">
      <div class="staff-title">
        <div>
          <h1>{t("people.title")}</h1>
          <p class="soft">{t("people.hint")}</p>
        </div>
        <button class="btn btn--main btn--dense" type="button" aria-haspopup="dialog" onClick={() => setIsAdding(true)}>
          {t("people.add")}
        </button>
      </div>
      <Search wanted={wanted} change={setWanted} />
      {!all ? (
        <p class="soft">{t("loading")}</p>
      ) : (
        <section class="panel">
          <table class="table table--stack">
            <caption>{t("people.count", { n: all.length, shown: shown.length })}</caption>
            <thead>
              <tr>
                <th scope="col">{t("person.shown_name")}</th>
                <th scope="col">{t("person.sign_in_name")}</th>
                <th scope="col">{t("person.role")}</th>
                <th scope="col">{t("person.may_take")}</th>
                <th scope="col">{t("person.languages")}</th>
                <th scope="col" class="num">
                  {t("person.max_chats")}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <Row key={one.person_id} person={one} />
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <p class="small soft panel__note">{t("people.none_found")}</p>}
        </section>
      )}
      {isAdding && <AddPerson onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function Row({ person }: { person: Person }) {
  return (
    <tr>
      <th scope="row">
        <a href={`#people/${encodeURIComponent(person.person_id)}`}>{person.display_name}</a>
        {!person.is_active && <span class="chip chip--caution">{t("person.closed")}</span>}
      </th>
      <td data-label={t("person.sign_in_name")}>{person.name}</td>
      <td data-label={t("person.role")}>{roleName(person.role)}</td>
      <td data-label={t("person.may_take")}>
        {person.age_bands.length > 0 ? (
          <span class="chips">
            {person.age_bands.map((band) => (
              <span class="chip" key={band}>
                {ageName(band)}
              </span>
            ))}
          </span>
        ) : (
          <span class="soft">{t("person.takes_none")}</span>
        )}
      </td>
      <td data-label={t("person.languages")}>{person.languages.map(languageName).join(", ")}</td>
      <td class="num" data-label={t("person.max_chats")}>
        {person.max_chats}
      </td>
    </tr>
  );
}

function Search({ wanted, change }: { wanted: Found; change: (wanted: Found) => void }) {
  return (
    <search class="row">
      <label class="field search__words">
        <span class="visually-hidden">{t("people.find")}</span>
        <input
          class="input input--dense"
          type="search"
          placeholder={t("people.find")}
          value={wanted.words}
          onInput={(event) => change({ ...wanted, words: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span class="visually-hidden">{t("person.role")}</span>
        <select
          class="input input--dense"
          value={wanted.role}
          onChange={(event) => change({ ...wanted, role: event.currentTarget.value })}
        >
          <option value="">{t("people.all_roles")}</option>
          {STAFF_ROLES.map((role) => (
            <option key={role} value={role}>
              {roleName(role)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="visually-hidden">{t("person.may_take")}</span>
        <select
          class="input input--dense"
          value={wanted.ageBand}
          onChange={(event) => change({ ...wanted, ageBand: event.currentTarget.value })}
        >
          <option value="">{t("people.any_clearance")}</option>
          <option value="adult">{ageName("adult")}</option>
          <option value="teen">{ageName("teen")}</option>
        </select>
      </label>
    </search>
  );
}

function byActiveAndName(a: Person, b: Person): number {
  return Number(b.is_active) - Number(a.is_active) || a.display_name.localeCompare(b.display_name);
}
