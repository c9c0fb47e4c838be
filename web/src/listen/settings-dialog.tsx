import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { enterSends } from "../staff/enter";
import { t, type WordKey } from "../staff/words";
import { canNotify, mayNotify, wantNotices } from "./calls";
import { chime, isUnlocked, unlock } from "./chime";
import { hasAltKeys, hasSound } from "./settings";

const KEYS: readonly { keys: string; what: WordKey; isAlt?: boolean }[] = [
  { keys: "Alt A", what: "keys.accept", isAlt: true },
  { keys: "Alt P", what: "keys.pass", isAlt: true },
  { keys: "Alt 1 … 9", what: "keys.desk", isAlt: true },
  { keys: "F6", what: "keys.region" },
];

export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const [isRefused, setIsRefused] = useState(false);
  const notices = async (want: boolean) => setIsRefused(!(await wantNotices(want)));
  return (
    <Dialog id="settings" title={t("settings.title")} closeLabel={t("close")} onClose={onClose}>
      <div class="stack stack--6">
        <section class="stack stack--3">
          <h3>{t("settings.calls")}</h3>
          <Tick
            label={t("settings.sound")}
            isOn={hasSound.value}
            change={(on) => {
              hasSound.value = on;
            }}
          />
          <div class="row row--tight">
            <button
              class="btn btn--dense"
              type="button"
              onClick={() => {
                unlock();
                setTimeout(chime, isUnlocked() ? 0 : 150);
              }}
            >
              {t("settings.try_sound")}
            </button>
          </div>
          {canNotify() && (
            <Tick
              label={t("settings.notices")}
              hint={t(isRefused ? "settings.notices_refused" : "settings.notices_hint")}
              isOn={mayNotify()}
              change={(on) => void notices(on)}
            />
          )}
        </section>
        <section class="stack stack--3">
          <h3>{t("settings.keys")}</h3>
          <dl class="keys">
            {KEYS.filter((one) => hasAltKeys.value || !one.isAlt).map((one) => (
              <div class="keys__line" key={one.keys}>
                <dt>
                  <kbd>{one.keys}</kbd>
                </dt>
                <dd>{t(one.what)}</dd>
              </div>
            ))}
          </dl>
          <Tick
            label={t("settings.alt_keys")}
            hint={t("settings.alt_keys_hint")}
            isOn={hasAltKeys.value}
            change={(on) => {
              hasAltKeys.value = on;
            }}
          />
          <Tick
            label={t("settings.enter_sends")}
            hint={t("settings.enter_sends_hint")}
            isOn={enterSends.value}
            change={(on) => {
              enterSends.value = on;
            }}
          />
        </section>
      </div>
    </Dialog>
  );
}

interface TickProps {
  label: string;
  hint?: string;
  isOn: boolean;
  change: (on: boolean) => void;
}

function Tick({ label, hint, isOn, change }: TickProps) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => {
          change(event.currentTarget.checked);
          event.currentTarget.checked = isOn;
        }}
      />
      <span>
        {label}
        {hint && <span class="hint">{hint}</span>}
      </span>
    </label>
  );
}
