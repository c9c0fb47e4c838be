import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { closeIcon, Icon } from "./icon";

interface Props {
  id: string;
  title: string;
  closeLabel: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Stands at the head of the dialog, before the button that closes it: the way out, which nothing may cover. */
  before?: ComponentChildren;
  /** One that must be answered by a choice is an alertdialog. */
  role?: "dialog" | "alertdialog";
}

/** A native modal dialog: the browser keeps focus inside and gives it back. Mounted is open. */
export function Dialog({ id, title, closeLabel, onClose, children, before, role = "dialog" }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    const cameFrom = document.activeElement;
    if (shown === null) return;
    // Browsers before 2022 know no dialog: there it is a panel over the page.
    if (typeof shown.showModal === "function") shown.showModal();
    else shown.setAttribute("open", "");
    shown.querySelector<HTMLElement>(".dialog__title")?.focus();
    return () => {
      if (shown.open && typeof shown.close === "function") shown.close();
      if (cameFrom instanceof HTMLElement && cameFrom.isConnected) cameFrom.focus();
    };
  }, []);
  return (
    <dialog
      class="dialog"
      ref={dialog}
      role={role}
      aria-modal="true"
      aria-labelledby={`${id}-title`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // The ground beside it: a slip of the thumb there takes away nothing that was written.
        if (event.target === dialog.current && !dialog.current?.querySelector("textarea")?.value) onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && typeof dialog.current?.showModal !== "function") onClose();
      }}
    >
      <div class="dialog__body">
        <div class="dialog__bar row row--spread">
          {before ?? <span />}
          <button class="btn btn--icon btn--quiet" type="button" aria-label={closeLabel} onClick={onClose}>
            <Icon of={closeIcon} />
          </button>
        </div>
        <h2 class="dialog__title" id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
