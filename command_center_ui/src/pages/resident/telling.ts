/* The words for what has happened to a press. Pure. A silent alarm is told so that whoever looks over the shoulder sees
   nothing that alarms: no police words, no numbers to call, nothing red. */
import type { Word } from "../../i18n/dictionary";
import type { Outlook } from "./outlook";

export interface Telling {
  readonly title: Word;
  /** May have a place for `name`, who is coming. */
  readonly sentence: Word;
}

const LOUD: Record<Outlook, Telling> = {
  none: { title: "resident.sending", sentence: "resident.sending_more" },
  sending: { title: "resident.sending", sentence: "resident.sending_more" },
  queued: { title: "resident.queued", sentence: "resident.queued_more" },
  failed: { title: "resident.failed", sentence: "resident.failed_other" },
  received: { title: "resident.received", sentence: "resident.received_more" },
  offered: { title: "resident.received", sentence: "resident.offered_more" },
  coming: { title: "resident.coming", sentence: "resident.coming_more" },
  on_scene: { title: "resident.on_scene", sentence: "resident.on_scene_more" },
  left: { title: "resident.left", sentence: "resident.left_more" },
  cancelled: { title: "resident.cancelled", sentence: "resident.cancelled_more" },
  closed: { title: "resident.closed", sentence: "resident.closed_more" },
};

const QUIET: Record<Outlook, Telling> = {
  none: { title: "resident.sending", sentence: "resident.quiet_sending" },
  sending: { title: "resident.sending", sentence: "resident.quiet_sending" },
  queued: { title: "resident.queued", sentence: "resident.quiet_queued" },
  failed: { title: "resident.quiet_failed", sentence: "resident.quiet_failed_more" },
  received: { title: "resident.quiet_sent", sentence: "resident.quiet_working" },
  offered: { title: "resident.quiet_sent", sentence: "resident.quiet_working" },
  coming: { title: "resident.quiet_sent", sentence: "resident.quiet_coming" },
  on_scene: { title: "resident.quiet_there", sentence: "resident.quiet_there_more" },
  left: { title: "resident.quiet_closed", sentence: "resident.quiet_again" },
  cancelled: { title: "resident.quiet_cancelled", sentence: "resident.quiet_again" },
  closed: { title: "resident.quiet_closed", sentence: "resident.quiet_again" },
};

const UNREGISTERED = ["token_missing", "token_unknown", "role_not_allowed"];

export function tellingOf(outlook: Outlook, silent: boolean, code: string | null): Telling {
  if (silent) return QUIET[outlook];
  if (outlook === "failed" && code !== null && UNREGISTERED.includes(code))
    return { ...LOUD.failed, sentence: "resident.failed_401" };
  return LOUD[outlook];
}

/** From the server's yes until the end: before, there is nothing there to be taken back. */
export function mayCancel(outlook: Outlook): boolean {
  return ["received", "offered", "coming", "on_scene", "left"].includes(outlook);
}
