/* Random ids made by the phone. crypto.randomUUID exists only on https and localhost; the button must work everywhere. */

export function newId(source: Crypto = crypto): string {
  return typeof source.randomUUID === "function"
    ? source.randomUUID()
    : uuidOf(source.getRandomValues(new Uint8Array(16)));
}

/** RFC 9562, version 4: six bits are fixed, the other 122 are random. */
export function uuidOf(bytes: Uint8Array): string {
  const fixed = Uint8Array.from(bytes);
  fixed[6] = ((fixed[6] ?? 0) & 0x0f) | 0x40;
  fixed[8] = ((fixed[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(fixed, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
