import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addressOf, isSameView, lessonHash, personHash, practiceHash, testHash } from "../src/learn/addresses";
import { draftOf, dropDrafts, keepBookmark, keepDraft, sendBookmarks, unsentBookmark } from "../src/learn/drafts";
import type { Question } from "../src/learn/learning";
import { percent } from "../src/learn/percent";
import { changesOf, type DebriefTurn } from "../src/learn/practice";
import { mayComeLater } from "../src/learn/sending";
import { isOver, verdictKey } from "../src/learn/verdicts";
import { doorOf, practiceIdOf } from "../src/listen/practice";
import { Problem } from "../src/shared/http";

describe("the address", () => {
  it("leads back to what it was made from", () => {
    expect(addressOf(lessonHash("starter", "open/questions", 2))).toEqual({
      part: "lesson",
      courseId: "starter",
      lessonId: "open/questions",
      section: 2,
    });
    expect(addressOf(testHash("t1"))).toEqual({ part: "test", attemptId: "t1" });
    expect(addressOf(personHash("l1"))).toEqual({ part: "person", personId: "l1" });
    expect(addressOf(practiceHash("x1"))).toEqual({ part: "practised", practiceId: "x1" });
    expect(addressOf("")).toEqual({ part: "courses" });
  });

  it("is nothing when it is somebody else's, or broken", () => {
    for (const hash of ["#main", "#lesson", "#lesson/starter", "#test/", "#source-x"])
      expect(addressOf(hash)).toBeNull();
    expect(addressOf("#lesson/a/b/x")).toEqual({ part: "lesson", courseId: "a", lessonId: "b", section: null });
    expect(addressOf("#test/%E0%A4%A")).toEqual({ part: "test", attemptId: "%E0%A4%A" });
  });

  it("shows the same lesson whatever its section", () => {
    const first = { part: "lesson", courseId: "a", lessonId: "b", section: 1 } as const;
    expect(isSameView(first, { ...first, section: null })).toBe(true);
    expect(isSameView(first, { ...first, lessonId: "c" })).toBe(false);
    expect(isSameView(first, { part: "courses" })).toBe(false);
  });
});

describe("a practice chat", () => {
  it("is told apart from a real one by the page's address, which knows its door", () => {
    expect(practiceIdOf("?practice=x1")).toBe("x1");
    for (const search of ["", "?practice=", "?other=1"]) expect(practiceIdOf(search)).toBeNull();
    expect(doorOf("x1")).toBe("/ws/practice");
    expect(doorOf(null)).toBe("/ws");
  });

  it("tells only what a reply changed", () => {
    const turn = { before: { trust: "was wary", risk: "was safe" }, after: { trust: "trusted you", risk: "was safe" } };
    expect(changesOf(turn as unknown as DebriefTurn)).toEqual(["trusted you"]);
  });
});

describe("what is said to an answer", () => {
  it("depends on its worth", () => {
    const said = [1, 0.5, 0, null].map((worth) => verdictKey({ worth, checked: null }));
    expect(said).toEqual(["test.right", "test.partly", "test.wrong", "test.written"]);
    expect(verdictKey({ worth: null, checked: [] })).toBe("test.compared");
  });

  it("comes to an end only when what was written is compared", () => {
    const answer = { chosen: [], text: "x", worth: null, right: [], options: [], explanation: "", model: [] };
    const question = { kind: "write_and_compare", answer: { ...answer, checklist: [], checked: null } } as unknown;
    expect(isOver(question as Question)).toBe(false);
    const compared = { kind: "write_and_compare", answer: { ...answer, checklist: [], checked: [] } } as unknown;
    expect(isOver(compared as Question)).toBe(true);
    expect(isOver({ kind: "single", answer: null } as unknown as Question)).toBe(false);
  });

  it("never rounds a share up to the mark", () => {
    expect(percent(0.799)).toBe("79%");
    expect(percent(0.8)).toBe("80%");
    expect(percent(0.29)).toBe("29%");
  });
});

describe("what could not be sent", () => {
  it("is tried again only where that can help", () => {
    expect(mayComeLater(new Problem(0, "no_answer"))).toBe(true);
    expect(mayComeLater(new Problem(503, "try_again"))).toBe(true);
    expect(mayComeLater(new Problem(422, "bad_choice"))).toBe(false);
    expect(mayComeLater(new Error("ours"))).toBe(false);
  });
});

describe("drafts", () => {
  const draft = { chosen: ["a"], text: "", checked: [] };

  it("belong to one question, and go one by one or all at once", () => {
    keepDraft("t1", "q1", draft);
    keepDraft("t1", "q10", draft);
    keepDraft("t2", "q1", draft);
    expect(draftOf("t1", "q1")).toEqual(draft);
    dropDrafts("t1", "q1");
    expect(draftOf("t1", "q1")).toBeNull();
    expect(draftOf("t1", "q10")).toEqual(draft);
    dropDrafts("t1");
    expect([draftOf("t1", "q10"), draftOf("t2", "q1")]).toEqual([null, draft]);
    dropDrafts("t2");
  });
});

describe("bookmarks", () => {
  const answers: (Response | Error)[] = [];
  const sent: string[] = [];
  beforeEach(() => {
    vi.stubGlobal("fetch", (path: string, init: { body: string }) => {
      sent.push(`${path} ${init.body}`);
      const answer = answers.shift() ?? new Response("{}", { status: 200 });
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    sent.length = 0;
  });

  it("stay here until the service has them, and reading to the end is never taken back", async () => {
    answers.push(new TypeError("offline"), new TypeError("offline"));
    expect(await keepBookmark("c", "l", 4, true)).toBe(false);
    expect(await keepBookmark("c", "l", 1, false)).toBe(false);
    expect(unsentBookmark("c", "l")).toEqual({ section: 1, isRead: true });
    expect(await sendBookmarks()).toBe(true);
    expect(sent[sent.length - 1]).toBe('/api/learning/courses/c/lessons/l/bookmark {"section":1,"is_read":true}');
    expect(unsentBookmark("c", "l")).toBeNull();
  });

  it("are forgotten when the lesson is gone", async () => {
    answers.push(new Response('{"code":"no_such_lesson"}', { status: 404 }));
    expect(await keepBookmark("c", "old", 1, false)).toBe(true);
    expect(unsentBookmark("c", "old")).toBeNull();
  });
});
