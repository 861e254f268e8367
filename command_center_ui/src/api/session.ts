/* Signing in by a link: the one-use code in the fragment becomes a token, or the console's cookie. */
import type { Me, Role, Session } from "../wire";
import { ApiError, request } from "./http";
import { forget, keep, readKept } from "./store";

export type Page = "resident" | "officer" | "representative" | "console";

export const PATHS: Record<Page, string> = {
  resident: "/",
  officer: "/officer",
  representative: "/representative",
  console: "/console",
};

export function pageOf(role: Role): Page {
  return role === "operator" || role === "supervisor" ? "console" : role;
}

/** What a page knows of its user. The console's token is a cookie that scripts cannot read, so it is null here. */
export interface SignedIn {
  readonly subject: string;
  readonly role: Role;
  readonly token: string | null;
}

/** Each page has its own sign-in, so that one browser can show a resident's and an officer's page side by side. */
function keyOf(page: Page): string {
  return `kentongan.${page}.session`;
}

/** Reads and removes `#code=` at once: a code left in the address would be shared with the link. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

export type SignInResult = { readonly page: Page } | "bad_code";

/** Raises Unreachable, or ApiError when the server itself is in trouble. */
export async function exchange(code: string): Promise<SignInResult> {
  try {
    const session = await request<Session>("POST", "/v1/session", { body: { code } });
    const page = pageOf(session.role);
    const signedIn: SignedIn = { subject: session.subject, role: session.role, token: session.token };
    keep(keyOf(page), JSON.stringify(signedIn));
    return { page };
  } catch (error) {
    if (error instanceof ApiError && !error.passes) return "bad_code";
    throw error;
  }
}

export function kept(page: Page): SignedIn | null {
  try {
    const value = JSON.parse(readKept(keyOf(page)) ?? "null") as SignedIn | null;
    return value !== null && (page === "console" || typeof value.token === "string") ? value : null;
  } catch {
    return null;
  }
}

export function me(token: string | null): Promise<Me> {
  return request<Me>("GET", "/v1/me", { token });
}

export async function signOut(page: Page): Promise<void> {
  const token = kept(page)?.token ?? null;
  forget(keyOf(page));
  await request("DELETE", "/v1/session", { token }).catch(() => undefined);
}
