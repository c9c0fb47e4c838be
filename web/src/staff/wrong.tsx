import { Icon, warningIcon } from "../shared/icon";
import { Banner } from "./field";
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

/** The same as a banner, for what concerns more than the field or button beside it. */
export function WrongBanner({ problem }: { problem: unknown }) {
  if (problem === null) return null;
  return (
    <Banner kind="caution" icon={warningIcon} isAlert>
      {problemWords(problem)}
    </Banner>
  );
}
