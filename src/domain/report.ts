// What a check or a look at the files found: plain data that printers turn into text, JSON or metrics.
import type { AlertEvent, AlertLink } from "./alert_message.ts";
import type { LoginReason, SessionState } from "./decide.ts";
import type { ExpectedLogin } from "./forecast.ts";
import type { Outcome } from "./outcome.ts";
import type { ExitCode, Problem } from "./problem.ts";
import type { ServiceStatus } from "./service.ts";

/** What a check did for a session. `adopted`: another process had refreshed. */
export type Action = "none" | "refreshed" | "adopted" | "login-started" | "logged-in" | "failed";

/** Why something did not work, and the way out. */
export type Fault = Pick<Problem, "code" | "message" | "hint" | "file" | "line">;

/** One session. Times are epoch milliseconds; what does not apply is absent. */
export interface SessionReport {
  readonly name: string;
  readonly startUrl: string;
  readonly region: string;
  readonly state: SessionState;
  readonly action: Action;
  readonly outcome: Outcome;
  /** False for a session that was never used on this machine and that nobody chose: shown, not counted. */
  readonly counted: boolean;
  readonly accessTokenExpiresAt?: number;
  /** Whether the token can be refreshed without a person. */
  readonly refreshable?: boolean;
  readonly registrationExpiresAt?: number;
  /** Due, but after a temporary failure not tried again before this moment. */
  readonly retryAt?: number;
  /** Set when a person is needed. */
  readonly loginReason?: LoginReason;
  /** A link that waits for somebody to approve. */
  readonly pendingLogin?: AlertLink;
  /** When the next login will be due, as far as that can be known. */
  readonly expectedLogin?: ExpectedLogin;
  readonly error?: Fault;
  readonly profiles: readonly ProfileReport[];
}

/** One profile that was or is to be proved. */
export interface ProfileReport {
  readonly name: string;
  readonly accountId: string;
  readonly roleName: string;
  /** Result of the last proof; absent when there was none, or it failed for a reason that may pass (see `error`). */
  readonly ok?: boolean;
  readonly arn?: string;
  readonly credentialsExpireAt?: number;
  readonly error?: Fault;
}

/** One message that was sent, or was to be. */
export interface Notification {
  readonly channel: string;
  readonly event: AlertEvent;
  readonly session?: string;
  readonly ok: boolean;
  /** Why not; never a secret. */
  readonly error?: string;
}

/** One legacy profile that was to be kept up to date. */
export interface SyncReport {
  /** The profile of the AWS config that the credentials are from. */
  readonly from: string;
  /** The profile of the credentials file that holds them. */
  readonly to: string;
  /** Absolute path of that file. */
  readonly file: string;
  readonly changed: boolean;
  /** Until when the keys work that stand there now; absent when there are none. */
  readonly expiresAt?: number;
  readonly error?: Fault;
  readonly outcome: Outcome;
}

/** The result of one check. */
export interface CheckReport {
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly sessions: readonly SessionReport[];
  /** What is wrong with the config files as a whole; any makes the outcome `broken`. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Absent when none is configured. */
  readonly sync?: readonly SyncReport[];
  readonly notifications?: readonly Notification[];
  /** AWS's clock minus ours, when an answer of this run showed it. */
  readonly clockOffsetMs?: number;
}

/** The result of `status`: the same sessions as the files say, and what the last check left behind. */
export interface StatusReport {
  readonly outcome: Outcome;
  readonly at: number;
  readonly sessions: readonly SessionReport[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly lastRunAt?: number;
  readonly lastOutcome?: Outcome;
  /** Why, where the sessions do not tell. */
  readonly lastReason?: string;
  /** The job that runs the checks. */
  readonly service: ServiceStatus;
}

/** One profile that uses SSO or tries to; what its config does not say is absent. */
export interface ListedProfile {
  readonly name: string;
  /** Empty when it belongs to no session; `problem` says why. */
  readonly session: string;
  readonly legacy: boolean;
  readonly startUrl: string;
  readonly ssoRegion: string;
  readonly accountId?: string;
  readonly roleName?: string;
  readonly region?: string;
  readonly problem?: Problem;
}

/** The configured profiles, and what is wrong with the files as a whole. */
export interface ProfileList {
  readonly profiles: readonly ListedProfile[];
  readonly problems: readonly Problem[];
}

/** What a person needs to sign in. */
export interface LoginPrompt {
  readonly session: string;
  readonly startUrl: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string;
  readonly userCode: string;
  readonly expiresAt: number;
}

/** What a person needs to sign in with the browser of this machine. */
export interface BrowserPrompt {
  readonly session: string;
  readonly startUrl: string;
  readonly url: string;
  readonly expiresAt: number;
}

/** The end of one login. */
export interface LoginReport {
  readonly session: string;
  /** `started`: nobody waited; the link is open. */
  readonly result: "logged-in" | "already-healthy" | "started" | "failed";
  readonly link?: AlertLink;
  readonly accessTokenExpiresAt?: number;
  readonly refreshable?: boolean;
  readonly error?: Fault;
  readonly exitCode: ExitCode;
  readonly profiles: readonly ProfileReport[];
}

/** The end of one logout. */
export interface LogoutReport {
  readonly session: string;
  /** Absolute paths. */
  readonly removed: readonly string[];
  /** AWS was told, or knew already that the token is over. */
  readonly told: boolean;
  readonly error?: Fault;
}

/** One channel for the list; nothing of it is secret. */
export interface ListedChannel {
  readonly name: string;
  readonly type: string;
  readonly events?: readonly string[];
  readonly sessions?: readonly string[];
  /** Its place among the channels of which the first that works is used, from 1. */
  readonly fallback?: number;
  /** Why it cannot be used. */
  readonly failure?: string;
}

export interface ChannelList {
  readonly channels: readonly ListedChannel[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What became of one test message. */
export interface TriedChannel {
  readonly name: string;
  readonly type: string;
  readonly ok: boolean;
  readonly error?: string;
}
