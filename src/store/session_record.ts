// What we remember about one session between two runs; the token itself stays in the file that AWS clients share.
import { sha1 } from "../domain/sha1.ts";
import type { Problem } from "../domain/problem.ts";
import type { Token } from "../domain/token.ts";
import { amount, list, object, text, time, truth } from "./json_codec.ts";
import { sessionRecordPath } from "./paths.ts";
import { replaceFile } from "./replace_file.ts";

/** One session's record. All times are epoch milliseconds. It never holds a secret. */
export interface SessionRecord {
  readonly name: string;
  /** When a token of this session was first seen on this machine. */
  readonly usedAt?: number;
  readonly token?: TokenMark;
  /** The refresh that AWS refused for good: the same pair is not tried again. */
  readonly refused?: Refusal;
  /** No refresh before this time, after a temporary failure. */
  readonly retryAt?: number;
  /** Temporary failures in a row. */
  readonly failures?: number;
  readonly failingSince?: number;
  readonly lastError?: LastError;
  readonly lastRefreshAt?: number;
  /** When a person said no to the last link. */
  readonly deniedAt?: number;
  /** When the present session was signed in to, as far as it was seen here. */
  readonly loginAt?: number;
  /** How long past sessions lived, milliseconds, newest last. */
  readonly lives?: readonly number[];
  /** Who signed in: the last part of the ARN that STS gives. */
  readonly user?: string;
  readonly profiles?: readonly ProfileProof[];
}

/** The generation of the token seen last, and how long AWS lets such tokens live. */
export interface TokenMark {
  readonly fingerprint: string;
  readonly issuedAt?: number;
  readonly lifeMs?: number;
}

export interface Refusal {
  readonly fingerprint: string;
  /** Name of the AWS exception. */
  readonly code: string;
  readonly at?: number;
}

export interface LastError {
  readonly code: string;
  readonly message: string;
  /** Only a person can repair it; what is temporary or refused has other marks. */
  readonly broken?: boolean;
  readonly at?: number;
}

/** How the last proof of one profile ended. */
export interface ProfileProof {
  readonly name: string;
  readonly ok: boolean;
  /** Not ok for a temporary reason. */
  readonly temporary?: boolean;
  readonly arn?: string;
  readonly code?: string;
  readonly message?: string;
  readonly provedAt?: number;
  readonly credentialsExpireAt?: number;
}

/** A record as read; `problem` tells that a file was there but could not be used (in full). */
export interface ReadRecord {
  readonly record: SessionRecord;
  readonly problem?: Problem;
}

const VERSION = 1;

const RECORD = object<SessionRecord>({
  name: text,
  usedAt: time,
  token: object<TokenMark>({ fingerprint: text, issuedAt: time, lifeMs: amount }, ["fingerprint"]),
  refused: object<Refusal>({ fingerprint: text, code: text, at: time }, ["fingerprint", "code"]),
  retryAt: time,
  failures: amount,
  failingSince: time,
  lastError: object<LastError>({ code: text, message: text, broken: truth, at: time }, ["code", "message"]),
  lastRefreshAt: time,
  deniedAt: time,
  loginAt: time,
  lives: list(amount),
  user: text,
  profiles: list(
    object<ProfileProof>({
      name: text,
      ok: truth,
      temporary: truth,
      arn: text,
      code: text,
      message: text,
      provedAt: time,
      credentialsExpireAt: time,
    }, ["name", "ok"]),
  ),
}, ["name"]);

/**
 * The record of session `name` below `home`. Never throws: a missing file gives an empty record, a damaged one an empty
 * record and a problem. A single field that makes no sense is left out and reported, the rest is kept.
 */
export function readSessionRecord(home: string, name: string): ReadRecord {
  const file = sessionRecordPath(home, name);
  let content: string;
  try {
    content = Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { record: { name } };
    return { record: { name }, problem: damaged(file, "it cannot be read") };
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return { record: { name }, problem: damaged(file, "it is not valid JSON") };
  }
  const bad: string[] = [];
  const record = RECORD.read(json, "", bad);
  if (record?.name !== name) {
    return { record: { name }, problem: damaged(file, "it is not the record of this session") };
  }
  if ((json as { version?: unknown }).version !== VERSION) {
    return { record: { name }, problem: damaged(file, "another version of sso-heal wrote it") };
  }
  if (bad.length === 0) return { record };
  return { record, problem: damaged(file, `these fields make no sense: ${bad.join(", ")}`) };
}

/**
 * Stores the record below `home` and says whether the file had to be changed: an unchanged record costs one read and no
 * write. Take the session's lock around reading, changing and saving; the later save wins otherwise.
 *
 * @throws {UserError} when the file cannot be written.
 */
export async function saveSessionRecord(home: string, record: SessionRecord): Promise<boolean> {
  const file = sessionRecordPath(home, record.name);
  const content = formatSessionRecord(record);
  try {
    if (Deno.readTextFileSync(file) === content) return false;
  } catch {
    // Missing or unreadable: written below, which reports what is wrong with the place.
  }
  try {
    // Not worth waiting for the disk: what a power cut takes away is found out again.
    replaceFile(file, content);
  } catch (error) {
    const { writeFailure } = await import("./write_failure.ts");
    throw writeFailure(error, { path: file });
  }
  return true;
}

/** The file's text: fields in the order of the type, times as RFC 3339 UTC, absent ones left out. */
export function formatSessionRecord(record: SessionRecord): string {
  return JSON.stringify({ version: VERSION, ...RECORD.write(record) as object }) + "\n";
}

/**
 * Marks one generation of a token: equal for the same pair of access and refresh token, different for any other. It is
 * 16 hexadecimal digits of a SHA-1, so it gives nothing of the tokens away.
 */
export function fingerprintOf(token: Pick<Token, "accessToken" | "refreshToken">): string {
  // Revealed to be hashed, nothing else: only a one-way digest leaves this function.
  const pair = `${token.accessToken.reveal()}\n${token.refreshToken?.reveal() ?? ""}`;
  return sha1(pair).slice(0, 16);
}

function damaged(file: string, state: string): Problem {
  return {
    code: "RecordDamaged",
    message: `Cannot use what sso-heal remembers in "${file}": ${state}`,
    hint: "nothing to do: the next check writes it anew (remove the file if this comes back)",
    file,
  };
}
