import type { PageProps } from "../staff/mount";
import { mountStaffPage } from "../staff/mount";
import { Learn } from "./learn";

void mountStaffPage((props: PageProps) => <Learn {...props} />, { here: "/learn", isFor: () => true });
