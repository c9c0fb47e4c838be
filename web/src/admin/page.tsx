import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Me } from "../staff/me";
import { PageTabs } from "../staff/page-tabs";
import { ReviewNote } from "../staff/review-note";
import { problemWords } from "../staff/say";
import { t, type WordKey } from "../staff/words";
import { Audit } from "./audit";
import { Invitations } from "./invitations";
import { loadPeople, people } from "./people";
import { PeopleList } from "./people-list";
import { PersonPage } from "./person-page";
import { Pools } from "./pools";
import { Reviews } from "./reviews";
import { SetAside } from "./set-aside";
import { Texts } from "./texts";

interface Section {
  hash: string;
  key: WordKey;
  Shown: ComponentType<{ person: Me }>;
}

const SECTIONS: readonly Section[] = [
  { hash: "people", key: "admin.people", Shown: PeopleList },
  { hash: "invitations", key: "admin.invitations", Shown: Invitations },
  { hash: "pools", key: "admin.pools", Shown: Pools },
  { hash: "texts", key: "admin.texts", Shown: Texts },
  { hash: "reviews", key: "admin.reviews", Shown: Reviews },
  { hash: "audit", key: "admin.audit", Shown: Audit },
];

interface Place {
  section: string;
  id: string | null;
}

/** #people/abc -> the people section, that person. What isn't a place here (#main, of the skip link) changes nothing. */
function placeOf(hash: string): Place | null {
  const [section = "", id] = hash.replace(/^#/, "").split("/");
  if (section === "") return { section: "people", id: null };
  if (!SECTIONS.some((one) => one.hash === section)) return null;
  return { section, id: id ? decodeURIComponent(id) : null };
}

export function AdminPage({ person }: { person: Me }) {
  const [place, setPlace] = useState<Place>(() => placeOf(location.hash) ?? { section: "people", id: null });
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    const look = () => {
      const next = placeOf(location.hash);
      if (!next) return;
      setPlace(next);
      scrollTo(0, 0);
      document.getElementById("main")?.focus({ preventScroll: true });
    };
    addEventListener("hashchange", look);
    loadPeople().catch(setProblem);
    return () => removeEventListener("hashchange", look);
  }, []);
  const section = SECTIONS.find((one) => one.hash === place.section) ?? SECTIONS[0];
  if (!section) return null;
  return (
    <main class="staff-main stack" id="main" tabIndex={-1}>
      <PageTabs
        label={t("admin.parts")}
        tabs={SECTIONS.map((one) => ({ href: `#${one.hash}`, words: t(one.key), isHere: one === section }))}
      />
      <ReviewNote />
      <SetAside />
      {problem !== null && !people.value && <p role="alert">{problemWords(problem)}</p>}
      {place.section === "people" && place.id ? (
        <PersonPage id={place.id} me={person} />
      ) : (
        <section.Shown person={person} />
      )}
    </main>
  );
}
