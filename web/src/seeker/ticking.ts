import { useEffect, useState } from "preact/hooks";
import { clock } from "./state";

/** The server's time, looked at again every so often while this is on the page. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
