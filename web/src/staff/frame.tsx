import type { ComponentChildren } from "preact";
import { warningIcon } from "../shared/icon";
import { Banner } from "./field";
import type { Loaded } from "./loading";
import { problemWords } from "./say";
import { t } from "./words";

interface Props<T> {
  loaded: Loaded<T>;
  children: (value: T) => ComponentChildren;
}

/** What was loaded, or that it is on its way, or what went wrong and a way to try again. */
export function Frame<T>({ loaded: { value, problem, again }, children }: Props<T>) {
  return (
    <>
      {problem !== null && (
        <Banner kind="caution" icon={warningIcon} isAlert>
          <p>{problemWords(problem)}</p>
          <button class="btn btn--dense" type="button" onClick={() => void again()}>
            {t("try_again")}
          </button>
        </Banner>
      )}
      {value === null && problem === null && <p class="soft">{t("loading")}</p>}
      {value !== null && children(value)}
    </>
  );
}
