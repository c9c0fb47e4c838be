import { onSignOut } from "../staff/account-dialog";
import { mountStaffPage } from "../staff/mount";
import { callTheListener } from "./calls";
import { Console } from "./console";
import { forgetAll } from "./drafts";
import { listenToKeys } from "./keys";
import { ListenPage } from "./page";

const held = new Console();
onSignOut(forgetAll);

void mountStaffPage(
  ({ person }) => {
    return <ListenPage held={held} person={person} />;
  },
  {
    here: "/listen",
    isFor: () => true,
    bodyClass: "console-page",
    started: () => {
      callTheListener(held);
      listenToKeys(held);
      held.start();
    },
  },
);
