import { signal } from "@preact/signals";
import { useCallback } from "preact/hooks";
import { call } from "../shared/http";
import { Icon, warningIcon } from "../shared/icon";
import { useLoaded } from "./loading";
import { t } from "./words";

/** The name under which a review of the crisis numbers is recorded. */
export const CRISIS_SUBJECT = "crisis_resources";

/** Rises when a review was recorded on this page: the note looks again. */
export const reviewRound = signal(0);

interface Reviewed {
  subject: string;
  version: string;
}

async function load(): Promise<{ version: string; reviews: Reviewed[] }> {
  const [crisis, front] = await Promise.all([
    call<{ version: string }>("GET", "/api/crisis"),
    call<{ reviews: Reviewed[] }>("GET", "/api/front"),
  ]);
  return { version: crisis.version, reviews: front.reviews };
}

/** Tells staff that what is clinical here has not been looked at by someone who may judge it, until that is recorded. */
export function ReviewNote() {
  const round = reviewRound.value;
  // Another round is another function, which is what makes it load again.
  const { value } = useLoaded(useCallback(() => load(), [round]));
  if (!value) return null;
  const review = value.reviews.find((one) => one.subject === CRISIS_SUBJECT);
  if (review?.version === value.version) return null;
  return (
    <p class="review-note small">
      <Icon of={warningIcon} />
      <span>{t(review ? "review.crisis_old" : "review.crisis_none")}</span>
    </p>
  );
}
