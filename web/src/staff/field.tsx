import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon, warningIcon } from "../shared/icon";

interface Joined {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

interface Props {
  label: string;
  soft?: string;
  hint?: string;
  error?: string | null;
  class?: string;
  /** The control; it takes the ids that join it to its label, hint and error. */
  children: (joined: Joined) => ComponentChildren;
}

/** A labelled field: hint above, error below, both read out with it. */
export function Field({ label, soft, hint, error, class: extra, children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class={`field ${extra ?? ""}`}>
      <label class="label" for={id}>
        {label} {soft && <span class="soft">{soft}</span>}
      </label>
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {error && (
        <p class="error" id={`${id}-error`}>
          <Icon of={warningIcon} />
          {error}
        </p>
      )}
    </div>
  );
}

interface BannerProps {
  kind: "calm" | "caution" | "danger";
  icon: string;
  children: ComponentChildren;
  /** A refused form is spoken at once. */
  isAlert?: boolean;
  isInset?: boolean;
}

export function Banner({ kind, icon, children, isAlert, isInset = true }: BannerProps) {
  return (
    <div class={`banner banner--${kind} ${isInset ? "banner--inset" : ""}`} role={isAlert ? "alert" : undefined}>
      <Icon of={icon} />
      <div class="banner__text">{children}</div>
    </div>
  );
}
