import { signal } from "@preact/signals";

const said = signal("");
let clear: ReturnType<typeof setTimeout> | undefined;

/** Says one line to screen readers, politely. The same line twice is said twice. */
export function announce(line: string): void {
  clearTimeout(clear);
  said.value = said.value === line ? `${line}\u00a0` : line;
  clear = setTimeout(() => {
    said.value = "";
  }, 10_000);
}

/** The page's one status region. It must be there from the start: regions that appear with their words stay unsaid. */
export function Status() {
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}
