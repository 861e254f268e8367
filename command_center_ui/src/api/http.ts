/* Requests to the server this page came from. Every failure is one of two errors: the server said no, or nobody answered. */
import type { Problem } from "../wire";

/** The code of a refusal that is not the server's own: somebody in between said it, or a version without words for it. */
export const UNKNOWN = "unknown";

/** The server answered, and it was no. `code` is the stable word of RFC 9457, or UNKNOWN. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number | null;

  constructor(status: number, code: string, retryAfterMs: number | null) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed later without anybody doing anything. */
  get passes(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** Nobody answered: no network, no server, or too late. */
export class Unreachable extends Error {}

export interface RequestOptions {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly version?: number;
  readonly timeoutMs?: number;
  /** `no-cache` asks the server whether the kept answer still holds (ETag). */
  readonly cache?: "no-store" | "no-cache";
}

/** Long enough for a bad mobile network, short enough that the next try comes while it matters. */
const TIMEOUT_MS = 8_000;

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const answer = await send(method, path, options);
  if (!answer.ok) throw await toError(answer);
  if (answer.status === 204) return undefined as T;
  return await readJson<T>(answer);
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (options.token) headers.set("Authorization", `Bearer ${options.token}`);
  if (options.version !== undefined) headers.set("If-Match", `"${options.version}"`);
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  try {
    return await fetch(path, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      cache: options.cache ?? "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    });
  } catch (error) {
    throw new Unreachable(path, { cause: error });
  }
}

async function readJson<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch (error) {
    throw new Unreachable("cut off while answering", { cause: error });
  }
}

async function toError(answer: Response): Promise<ApiError> {
  const problem = (await answer.json().catch(() => null)) as Partial<Problem> | null;
  const seconds = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  return new ApiError(answer.status, problem?.code ?? UNKNOWN, Number.isFinite(seconds) ? seconds * 1000 : null);
}
