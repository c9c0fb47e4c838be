import { useEffect } from "preact/hooks";
import { t } from "../staff/words";

/** The name of what is shown, in the window's title. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title) document.title = t("learn.window", { title });
  }, [title]);
}
