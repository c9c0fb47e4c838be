import { useEffect, useState } from "preact/hooks";

const STAYS_MS = 10_000;

let show: (line: string) => void = () => {};
let last = "";
let clear: ReturnType<typeof setTimeout> | undefined;

/** Says one line to screen readers, politely. The same line twice is said twice. */
export function announce(line: string): void {
  clearTimeout(clear);
  last = last === line ? `${line}\u00a0` : line;
  show(last);
  clear = setTimeout(() => {
    last = "";
    show("");
  }, STAYS_MS);
}

/** The page's one status region. It must be there from the start: regions that appear with their words stay unsaid. */
export function Status() {
  const [line, setLine] = useState("");
  useEffect(() => {
    show = setLine;
    return () => {
      show = () => {};
    };
  }, []);
  return (
    <p class="visually-hidden" role="status">
      {line}
    </p>
  );
}
