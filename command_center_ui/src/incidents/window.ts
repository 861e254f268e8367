/* Which rows of a long list are worth drawing. Pure. */

export interface Window {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** A few rows more than are seen, so that fast scrolling shows no gaps. */
const SPARE_ROWS = 4;

export function windowOf(count: number, rowPx: number, scrolledPx: number, heightPx: number): Window {
  const first = Math.max(0, Math.min(count, Math.floor(scrolledPx / rowPx)) - SPARE_ROWS);
  const end = Math.min(count, Math.ceil((scrolledPx + heightPx) / rowPx) + SPARE_ROWS);
  return { first, end: Math.max(first, end) };
}
