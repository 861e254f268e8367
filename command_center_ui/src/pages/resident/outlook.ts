/* What the resident is told, from the newest press and the server's last word about it. Pure. */
import type { AlarmProgress } from "../../wire";
import type { Entry } from "./queue";

export type Outlook =
  | "none"
  | "sending"
  | "queued"
  | "failed"
  | "received"
  | "offered"
  | "coming"
  | "on_scene"
  | "left"
  | "cancelled"
  | "closed";

export function outlookOf(entry: Entry | null, progress: AlarmProgress | null, online: boolean): Outlook {
  if (entry === null) return "none";
  if (entry.progress === "refused") return "failed";
  if (entry.progress !== "accepted") return entry.attempt === 0 && online ? "sending" : "queued";
  return progress === null || progress.id !== entry.press.id ? "received" : stageOf(progress);
}

/** The stage remembers that somebody has been there; whoever presses after that must not be told that they still are. */
function isSomebodyThere(progress: AlarmProgress): boolean {
  return progress.coming.some((one) => one.status !== "clear");
}

function stageOf(progress: AlarmProgress): Outlook {
  if (progress.status === "closed") return "closed";
  switch (progress.stage) {
    case "offered":
      return "offered";
    case "accepted":
      return "coming";
    case "on_scene":
      return isSomebodyThere(progress) ? "on_scene" : "left";
    case "closed":
      return "closed";
    case "cancelled_by_resident":
      return "cancelled";
    case "received":
      return "received";
  }
}
