import { me } from "../staff/me";
import type { PageProps } from "../staff/mount";
import { mountStaffPage } from "../staff/mount";
import { startKeeping } from "./kept-here";
import { overviewUrl } from "./learning";
import { LearnPage } from "./page";
import "./learn.css";
import "./certificates.css";
import "./writing.css";
import "./review.css";

void mountStaffPage((props: PageProps) => <LearnPage {...props} />, {
  here: "/learn",
  isFor: () => true,
  started: () => {
    if (me.value) void startKeeping(me.value.person_id, [overviewUrl()]);
  },
});
