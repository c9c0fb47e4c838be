// A log that follows its end, for as long as the reader is there.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** So near the end counts as the end: a half-line of rounding must not stop the log from following. */
const NEAR_END_PX = 48;

interface Stick {
  ref: { current: HTMLElement | null };
  missed: number;
  scrolled: () => void;
  toEnd: () => void;
}

/** Follows new messages only if the reader was at the end; else says how many there are. One's own words always show. */
export function useStickToEnd(total: number, own: number): Stick {
  const ref = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const seen = useRef(total);
  const ownBefore = useRef(own);
  const [missed, setMissed] = useState(0);
  const toEnd = () => {
    const log = ref.current;
    if (log) log.scrollTop = log.scrollHeight;
    isAtEnd.current = true;
    setMissed(0);
  };
  useLayoutEffect(() => {
    const isOwnNew = own > ownBefore.current;
    ownBefore.current = own;
    const fresh = total - seen.current;
    seen.current = total;
    if (isAtEnd.current || isOwnNew) toEnd();
    else if (fresh > 0) setMissed((before) => before + fresh);
  }, [total, own]);
  useLayoutEffect(() => {
    const log = ref.current;
    if (!log || typeof ResizeObserver === "undefined") return;
    // The writing field grows, a keyboard opens: the end stays the end.
    const watch = new ResizeObserver(() => {
      if (isAtEnd.current) log.scrollTop = log.scrollHeight;
    });
    watch.observe(log);
    return () => watch.disconnect();
  }, []);
  const scrolled = () => {
    const log = ref.current;
    if (!log) return;
    isAtEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    if (isAtEnd.current) setMissed(0);
  };
  return { ref, missed, scrolled, toEnd };
}
