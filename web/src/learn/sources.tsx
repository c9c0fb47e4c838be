import { t } from "../staff/words";
import type { Lesson } from "./learning";

export function Sources({ lesson }: { lesson: Lesson }) {
  if (lesson.sources.length === 0) return null;
  return (
    <section class="sources" aria-labelledby="sources">
      <h2 id="sources">{t("lesson.sources")}</h2>
      <ol class="small">
        {lesson.sources.map((source) => (
          <li key={source.id} id={`source-${source.id}`} tabIndex={-1}>
            {source.by} ({source.year}).{" "}
            {source.url ? (
              <a href={source.url} target="_blank" rel="noopener noreferrer">
                {source.title}
              </a>
            ) : (
              <cite>{source.title}</cite>
            )}
            {source.where ? `. ${source.where}` : "."}
          </li>
        ))}
      </ol>
      <p class="tiny soft">{t("lesson.written", { day: lesson.written_on, version: lesson.version })}</p>
    </section>
  );
}
