import { useState } from "preact/hooks";
import { Dialog } from "../shared/dialog";
import { flagIcon, Icon } from "../shared/icon";
import { WaysOut } from "./bar";
import { ThemeSwitch } from "./foot";
import { Said } from "./said";
import { endChat } from "./talking";
import { type Key, say } from "./words";

interface Props {
  name: string;
  onClose: () => void;
}

export function EndDialog({ name, onClose }: Props) {
  const [said, setSaid] = useState<Key | null>(null);
  const end = () => {
    setSaid("chat.sending");
    endChat().catch(() => setSaid("refused.other"));
  };
  return (
    <Dialog
      id="end"
      role="alertdialog"
      title={name === "" ? say("end.title_nobody") : say("end.title", { name })}
      closeLabel={say("close")}
      onClose={onClose}
      before={<WaysOut />}
    >
      <div class="stack">
        <p>{say("end.more")}</p>
        <Said said={said} />
        <div class="row">
          <button class="btn btn--main" type="button" onClick={end}>
            {say("end.yes")}
          </button>
          <button class="btn" type="button" onClick={onClose}>
            {say("end.no")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export function MoreDialog({ name, onClose, onReport }: Props & { onReport: () => void }) {
  return (
    <Dialog id="more" title={say("more")} closeLabel={say("close")} onClose={onClose} before={<WaysOut />}>
      <div class="stack stack--2">
        <button class="btn btn--wide" type="button" onClick={onReport}>
          <Icon of={flagIcon} /> {say("report.open", { name })}
        </button>
        <ThemeSwitch />
      </div>
    </Dialog>
  );
}
