import { onSignOut } from "../staff/account-dialog";
import { mountStaffPage } from "../staff/mount";
import { callTheListener } from "./calls";
import { Console } from "./console";
import { forgetAll } from "./drafts";
import { listenToKeys } from "./keys";
import { ListenPage } from "./page";
import { practiceIdOf } from "./practice";
import "./practice.css";

const held = new Console(practiceIdOf(location.search));
if (held.isPractice) document.documentElement.classList.add("is-practice");
onSignOut(forgetAll);

void mountStaffPage(
  ({ person }) => {
    return <ListenPage held={held} person={person} />;
  },
  {
    here: held.isPractice ? "/learn" : "/listen",
    isFor: () => true,
    bodyClass: "console-page",
    started: () => {
      callTheListener(held);
      listenToKeys(held);
      held.start();
    },
  },
);
