import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../shared/http";

/** How long until the next try while the service can't be reached. */
const AGAIN_MS = 3000;

export interface Sending {
  isSending: boolean;
  problem: unknown;
  /** It could not be sent yet and is being tried again by itself. */
  isWaiting: boolean;
  run: <T>(send: () => Promise<T>, done: (answer: T) => void) => Promise<void>;
}

/** Not refused, but not arrived either: what may safely be sent twice is sent again. */
export function mayComeLater(problem: unknown): boolean {
  return problem instanceof Problem && (problem.status === 0 || problem.status >= 500);
}

/** Sends until there is an answer, also when the connection is lost on the way. */
export function useSending(): Sending {
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const isHere = useRef(true);
  const isBusy = useRef(false);
  const wake = useRef<() => void>(() => {});
  useEffect(() => {
    isHere.current = true;
    const online = () => wake.current();
    addEventListener("online", online);
    return () => {
      isHere.current = false;
      wake.current();
      removeEventListener("online", online);
    };
  }, []);
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, AGAIN_MS);
      wake.current = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async <T>(send: () => Promise<T>, done: (answer: T) => void): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    setIsSending(true);
    while (isHere.current) {
      try {
        const answer = await send();
        if (!isHere.current) break;
        setProblem(null);
        done(answer);
        break;
      } catch (failed) {
        setProblem(failed);
        if (!mayComeLater(failed)) break;
        await pause();
      }
    }
    isBusy.current = false;
    setIsSending(false);
  };
  return { isSending, problem, isWaiting: mayComeLater(problem), run };
}
