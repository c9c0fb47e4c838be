import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, offlineIcon } from "../shared/icon";
import { announce } from "../shared/status";
import { type Me, mayAdmin, maySupervise } from "../staff/me";
import { PageTabs } from "../staff/page-tabs";
import { t, type WordKey } from "../staff/words";
import { type Address, addressOf, isSameView } from "./addresses";
import { CertificateDesk } from "./certificate-desk";
import { CourseReminders, OwnCertificates } from "./certificate-own";
import { Clearances } from "./clearances";
import { Courses } from "./courses";
import { sendBookmarks } from "./drafts";
import { isOffline } from "./kept-here";
import { LessonPage } from "./lesson";
import { NumbersPage } from "./numbers-page";
import { People } from "./people";
import { PersonPage } from "./person";
import { PracticeList } from "./practice-list";
import { Practised } from "./practised";
import { AgreementPage } from "./review-agreement";
import { Reviews } from "./review-list";
import { ReviewPage } from "./review-page";
import { TestPage } from "./test";
import { hasDesk, loadWritten } from "./writing";
import { WritingDraft } from "./writing-draft";
import { Published } from "./writing-editions";
import { WritingFile } from "./writing-file";
import { WritingList } from "./writing-list";

const FIRST: Address = { part: "courses" };

interface Part {
  hash: string;
  key: WordKey;
  parts: readonly Address["part"][];
  isFor: (person: Me) => boolean;
}

const PARTS: readonly Part[] = [
  { hash: "#courses", key: "learn.courses", parts: ["courses", "lesson", "test"], isFor: () => true },
  { hash: "#practice", key: "learn.practice", parts: ["practice", "practised"], isFor: () => true },
  { hash: "#reviews", key: "learn.reviews", parts: ["reviews", "review", "agreement"], isFor: () => true },
  { hash: "#certificates", key: "learn.certificates", parts: ["certificates"], isFor: () => true },
  { hash: "#clearances", key: "learn.clearances", parts: ["clearances"], isFor: () => true },
  { hash: "#write", key: "writing.tab", parts: ["write", "draft", "file", "editions"], isFor: () => hasDesk.value },
  { hash: "#people", key: "learn.people", parts: ["people", "person"], isFor: maySupervise },
  { hash: "#desk", key: "desk.title", parts: ["desk"], isFor: mayAdmin },
  { hash: "#numbers", key: "learn.numbers", parts: ["numbers"], isFor: mayAdmin },
];

export function LearnPage({ person }: { person: Me }) {
  const [address, setAddress] = useState<Address>(() => addressOf(location.hash) ?? FIRST);
  const shown = useRef(address);
  useEffect(() => {
    const look = () => {
      const next = addressOf(location.hash);
      if (!next) return;
      const isSame = isSameView(shown.current, next);
      shown.current = next;
      setAddress(next);
      if (isSame) return;
      scrollTo(0, 0);
      document.getElementById("main")?.focus({ preventScroll: true });
    };
    const back = () => void sendBookmarks();
    addEventListener("hashchange", look);
    addEventListener("online", back);
    loadWritten().catch(() => {}); // offline; then nobody writes
    // The address may have changed between the first drawing and now.
    look();
    back();
    return () => {
      removeEventListener("hashchange", look);
      removeEventListener("online", back);
    };
  }, []);
  const isAway = isOffline.value;
  useEffect(() => {
    if (isAway) announce(t("learn.offline"));
  }, [isAway]);
  return (
    <main class="learn stack stack--6" id="main" tabIndex={-1}>
      <PageTabs
        label={t("learn.parts")}
        tabs={PARTS.filter((one) => one.isFor(person)).map((one) => ({
          href: one.hash,
          words: t(one.key),
          isHere: one.parts.includes(address.part),
        }))}
      />
      {isAway && (
        <div class="banner banner--caution banner--inset">
          <Icon of={offlineIcon} />
          <p class="banner__text">{t("learn.offline")}</p>
        </div>
      )}
      <View address={address} person={person} />
    </main>
  );
}

function View({ address, person }: { address: Address; person: Me }) {
  switch (address.part) {
    case "lesson":
      return (
        <LessonPage
          key={`${address.courseId}/${address.lessonId}`}
          courseId={address.courseId}
          lessonId={address.lessonId}
          section={address.section}
        />
      );
    case "test":
      return <TestPage key={address.attemptId} attemptId={address.attemptId} />;
    case "practice":
      return <PracticeList />;
    case "practised":
      return <Practised key={address.practiceId} practiceId={address.practiceId} />;
    case "clearances":
      return <Clearances person={person} />;
    case "certificates":
      return <OwnCertificates />;
    case "reviews":
      return <Reviews person={person} />;
    case "review":
      return <ReviewPage key={address.reviewId} reviewId={address.reviewId} />;
    case "agreement":
      return <AgreementPage />;
    case "numbers":
      return mayAdmin(person) ? <NumbersPage /> : <Courses />;
    case "desk":
      return mayAdmin(person) ? <CertificateDesk /> : <Courses />;
    case "write":
      return <WritingList />;
    case "editions":
      return <Published key={address.courseId} courseId={address.courseId} />;
    case "draft":
      return <WritingDraft key={address.courseId} courseId={address.courseId} />;
    case "file":
      return (
        <WritingFile key={`${address.courseId}/${address.path}`} courseId={address.courseId} path={address.path} />
      );
    case "people":
      return maySupervise(person) ? <People /> : <Courses />;
    case "person":
      return maySupervise(person) ? <PersonPage key={address.personId} personId={address.personId} /> : <Courses />;
    default:
      return (
        <>
          <CourseReminders />
          <Courses />
        </>
      );
  }
}
