import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<T> {
  value: T | null;
  problem: unknown;
  isLoading: boolean;
  again: () => Promise<void>;
}

/** Loads when the component appears; `again` loads anew and keeps the old value meanwhile, so that nothing jumps. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isLoading, setIsLoading] = useState(true);
  const round = useRef(0);
  const again = useCallback(async () => {
    round.current += 1;
    const mine = round.current;
    setIsLoading(true);
    try {
      const loaded = await load();
      if (mine !== round.current) return;
      setValue(() => loaded);
      setProblem(null);
    } catch (failed) {
      if (mine === round.current) setProblem(failed);
    } finally {
      if (mine === round.current) setIsLoading(false);
    }
  }, [load]);
  useEffect(() => {
    void again();
    return () => {
      round.current += 1;
    };
  }, [again]);
  return { value, problem, isLoading, again };
}

export interface Doing {
  isDoing: boolean;
  problem: unknown;
  /** True if it was done. */
  run: (act: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** One act at a time, with what went wrong. */
export function useDoing(): Doing {
  const [isDoing, setIsDoing] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (act: () => Promise<unknown>): Promise<boolean> => {
    if (isDoing) return false;
    setIsDoing(true);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (failed) {
      setProblem(failed);
      return false;
    } finally {
      setIsDoing(false);
    }
  };
  return { isDoing, problem, run, clear: () => setProblem(null) };
}
