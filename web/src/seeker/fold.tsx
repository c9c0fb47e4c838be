import type { ComponentChildren } from "preact";
import { downIcon, Icon } from "../shared/icon";

export function Fold({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="fold">
      <summary>
        {title} <Icon of={downIcon} />
      </summary>
      {children}
    </details>
  );
}
