import { useCallback } from "preact/hooks";
import { useDoing, useLoaded } from "../staff/loading";
import { mayAdmin, me } from "../staff/me";
import { day } from "../staff/say";
import { t } from "../staff/words";
import { Wrong, WrongBanner } from "../staff/wrong";
import { useTitle } from "./title";
import { type Edition, loadEditions, withdrawEdition } from "./writing";

/** A course that nobody is writing at: what was published of it. */
export function Published({ courseId }: { courseId: string }) {
  const load = useCallback(() => loadEditions(courseId), [courseId]);
  const { value, problem, again } = useLoaded(load);
  useTitle(courseId);
  return (
    <div class="stack stack--6">
      <div class="stack stack--2">
        <p class="small">
          <a href="#write">{t("writing.title")}</a>
        </p>
        <h1 class="learn__title">{courseId}</h1>
        <p class="soft">{t("writing.nobody_writes")}</p>
      </div>
      <WrongBanner problem={problem} />
      {value && <EditionList courseId={courseId} editions={value.editions} again={again} />}
    </div>
  );
}

interface Props {
  courseId: string;
  editions: readonly Edition[];
  again: () => Promise<void>;
}

/** What was published before, by whom, and taking one back. */
export function EditionList({ courseId, editions, again }: Props) {
  const doing = useDoing();
  if (editions.length === 0) return null;
  const isAdmin = me.value !== null && mayAdmin(me.value);
  return (
    <section class="stack stack--3" aria-labelledby="editions">
      <h2 id="editions">{t("writing.editions")}</h2>
      <Wrong problem={doing.problem} />
      <ul class="lines">
        {editions.map((one) => (
          <li key={one.number}>
            <div class="stack stack--1">
              <p>
                {t("writing.edition_line", {
                  n: one.number,
                  day: day(one.published_at_ms),
                  name: one.published_by_name,
                })}{" "}
                {one.is_in_force && <span class="chip chip--calm">{t("writing.in_force")}</span>}
                {one.withdrawn_at_ms !== null && <span class="chip">{t("writing.withdrawn")}</span>}
                {one.is_alone && <span class="chip chip--caution">{t("writing.alone")}</span>}
              </p>
              <p class="small soft">{t("writing.writers", { names: one.writers.join(", ") })}</p>
              {one.note && <p class="small certificate__words">{one.note}</p>}
              {isAdmin && one.withdrawn_at_ms === null && (
                <p>
                  <button
                    class="btn btn--dense btn--quiet"
                    type="button"
                    disabled={doing.isDoing}
                    onClick={() =>
                      void doing.run(async () => {
                        await withdrawEdition(courseId, one.number);
                        await again();
                      })
                    }
                  >
                    {t("writing.withdraw", { n: one.number })}
                  </button>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
