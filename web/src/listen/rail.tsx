import { useId, useState } from "preact/hooks";
import { bellIcon, Icon, warningIcon } from "../shared/icon";
import type { Availability } from "../shared/wire";
import { Banner } from "../staff/field";
import type { Me } from "../staff/me";
import { t, type WordKey, wordFor } from "../staff/words";
import { mayPlay } from "./chime";
import type { Duty } from "./duty";
import { hasSound } from "./settings";
import { SettingsDialog } from "./settings-dialog";

const CHOICES: readonly { value: Availability; dot: string; key: WordKey }[] = [
  { value: "available", dot: "dot", key: "availability.available" },
  { value: "paused", dot: "dot dot--paused", key: "availability.paused" },
  { value: "off_duty", dot: "dot dot--gone", key: "availability.off_duty" },
];

/** Who may take somebody in danger: cleared for high risk or above. */
function mayTakeUrgent(person: Me): boolean {
  return person.clearances.some((one) => one.kind === "risk_level" && one.value !== "low" && one.is_valid);
}

interface Props {
  duty: Duty;
  person: Me;
  isPractice: boolean;
}

export function Rail({ duty, person, isPractice }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const chosen = duty.hasWelcome.value ? duty.availability.value : null;
  const capacityId = useId();
  const max = Math.max(duty.maxCapacity.value ?? person.max_chats, duty.capacity.value);
  return (
    <div class="stack stack--3">
      <fieldset>
        <legend class="visually-hidden">{t("availability.legend")}</legend>
        <div class="segments segments--rail">
          {CHOICES.map(({ value, dot, key }) => (
            <label class="choice" key={value}>
              <input
                type="radio"
                name="availability"
                checked={chosen === value}
                aria-busy={duty.isAsking.value}
                onChange={(event) => {
                  void duty.choose(value);
                  event.currentTarget.checked = duty.availability.value === value;
                }}
              />
              <span>
                <i class={dot} />
                {t(key)}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Explained duty={duty} person={person} isPractice={isPractice} />
      <div class="row row--spread rail__row" hidden={isPractice}>
        <label class="row row--tight small" for={capacityId}>
          {t("capacity.label")}
        </label>
        <select
          id={capacityId}
          class="input input--dense rail__capacity"
          value={String(duty.capacity.value)}
          onChange={(event) => void duty.hold(Number(event.currentTarget.value))}
        >
          {Array.from({ length: max }, (_, index) => index + 1).map((n) => (
            <option key={n} value={String(n)}>
              {n}
            </option>
          ))}
        </select>
      </div>
      {!isPractice && mayTakeUrgent(person) && (
        <label class="tick rail__row">
          <input
            type="checkbox"
            checked={duty.takesUrgent.value}
            onChange={(event) => void duty.offerUrgent(event.currentTarget.checked)}
          />
          <span>
            {t("urgent.label")}
            <span class="hint">{t("urgent.hint")}</span>
          </span>
        </label>
      )}
      <div class="row row--tight rail__row">
        <button
          class="btn btn--dense"
          type="button"
          aria-pressed={hasSound.value}
          onClick={() => {
            hasSound.value = !hasSound.value;
          }}
        >
          <Icon of={bellIcon} />
          {t(hasSound.value ? "sound.on" : "sound.off")}
        </button>
        <button class="btn btn--dense btn--quiet" type="button" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
          {t("settings.open")}
        </button>
      </div>
      {hasSound.value && !mayPlay.value && chosen === "available" && <p class="tiny rail__row">{t("sound.waits")}</p>}
      {isOpen && <SettingsDialog onClose={() => setIsOpen(false)} />}
    </div>
  );
}

/** Why the availability is not what the person chose, or why their wish was refused. */
function Explained({ duty, person, isPractice }: Props) {
  if (person.age_bands.length === 0 && !isPractice) {
    return (
      <Banner kind="caution" icon={warningIcon}>
        {t("duty.no_clearance")} <a href="/learn">{t("duty.see_clearances")}</a>
      </Banner>
    );
  }
  if (duty.refusal.value) {
    return (
      <Banner kind="caution" icon={warningIcon} isAlert>
        {wordFor("refused", duty.refusal.value, "refused.other")}
      </Banner>
    );
  }
  if (duty.reason.value) {
    return (
      <div class="banner banner--caution banner--inset" role="status">
        <Icon of={warningIcon} />
        <p class="banner__text">{wordFor("duty_reason", duty.reason.value, "duty_reason.other")}</p>
        <button
          class="btn btn--dense"
          type="button"
          onClick={() => {
            duty.reason.value = null;
          }}
        >
          {t("understood")}
        </button>
      </div>
    );
  }
  return null;
}
