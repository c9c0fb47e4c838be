import { mayAdmin } from "../staff/me";
import { mountStaffPage } from "../staff/mount";
import { AdminPage } from "./page";

void mountStaffPage(({ person }) => <AdminPage person={person} />, { here: "/admin", isFor: mayAdmin });
