/* The two PINs as they are typed. Pure; they are never kept on the phone. */
import type { Word } from "../../i18n/dictionary";

const FEWEST = 4;
const MOST = 12;

/** Whatever a keyboard, a paste or a space adds is left out. */
export function digitsOf(typed: string): string {
  return typed.replace(/[^0-9]/g, "").slice(0, MOST);
}

export function isPin(digits: string): boolean {
  return digits.length >= FEWEST && digits.length <= MOST && digitsOf(digits) === digits;
}

/** Why the two cannot be kept; null when they can. */
export function pinsProblem(pin: string, duressPin: string): Word | null {
  if (!isPin(pin) || !isPin(duressPin)) return "resident.pins_length";
  return pin === duressPin ? "error.pins_alike" : null;
}
