/* Fixes on their way to the server: gathered, sent at most every five seconds, kept while there is no network. Pure. */
import type { Position } from "../wire";

export interface Batch {
  readonly waiting: readonly Position[];
  readonly sentAt: number | null;
  readonly sending: boolean;
}

export const NO_BATCH: Batch = { waiting: [], sentAt: null, sending: false };
/** The rate the duty board is made for. */
const EVERY_MS = 5_000;
/** Five minutes of fixes; older ones are of no use to a dispatcher. */
const MOST = 60;

export function withFix(batch: Batch, fix: Position): Batch {
  return { ...batch, waiting: [...batch.waiting, fix].slice(-MOST) };
}

export function isDue(batch: Batch, now: number): boolean {
  return batch.waiting.length > 0 && !batch.sending && (batch.sentAt === null || now - batch.sentAt >= EVERY_MS);
}

export function sending(batch: Batch, now: number): Batch {
  return { ...batch, sending: true, sentAt: now };
}

/** What came while the others were on their way stays; after a failure all of them do. */
export function sent(batch: Batch, count: number, arrived: boolean): Batch {
  return { ...batch, sending: false, waiting: arrived ? batch.waiting.slice(count) : batch.waiting };
}
