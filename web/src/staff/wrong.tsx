import { Icon, warningIcon } from "../shared/icon";
import { problemWords } from "./say";

/** Why something was refused, spoken at once; nothing while nothing is wrong (null). */
export function Wrong({ problem }: { problem: unknown }) {
  if (problem === null) return null;
  return (
    <p class="error" role="alert">
      <Icon of={warningIcon} />
      {problemWords(problem)}
    </p>
  );
}
