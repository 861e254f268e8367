/* When the resident's page is that of an exercise: by its address alone, so that the button everybody knows stays real. */

export const DRILL_WORD = "latihan";

export function isDrillAddress(search: string): boolean {
  return new URLSearchParams(search).has(DRILL_WORD);
}
