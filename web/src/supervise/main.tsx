import { maySupervise } from "../staff/me";
import { mountStaffPage } from "../staff/mount";
import { Board } from "./board";
import { SupervisePage } from "./page";

const board = new Board();

void mountStaffPage(() => <SupervisePage board={board} />, {
  here: "/supervise",
  isFor: maySupervise,
  started: () => board.start(),
});
