// What an alert has to say, as plain data: every channel and the webhook body are made of it. It holds no secret of ours,
// but the link lets whoever opens it and signs in give this machine access: it goes to the channels and nowhere else.

export const ALERT_EVENTS = ["login-needed", "login-soon", "failing", "healed", "broken", "test"] as const;
export type AlertEvent = typeof ALERT_EVENTS[number];

/** The link of a pending login. */
export interface AlertLink {
  /** Where the code can be typed by hand. */
  readonly verificationUri: string;
  /** Verbatim as AWS gave it. */
  readonly verificationUriComplete: string;
  readonly userCode: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** One profile that works again (healed) or does not. */
export interface AlertProfile {
  readonly name: string;
  readonly accountId?: string;
  readonly roleName?: string;
  readonly ok?: boolean;
}

/** One message. All times are epoch milliseconds; what does not apply is absent. */
export interface AlertMessage {
  readonly event: AlertEvent;
  readonly host: string;
  /** Of the operating system. */
  readonly user: string;
  /** The moment the message is made: "minutes left" are counted from it. */
  readonly now: number;
  readonly session?: string;
  readonly startUrl?: string;
  /** Why: one clause, such as "AWS has ended the session". */
  readonly reason?: string;
  /** The same for every message of one incident. */
  readonly incident?: string;
  /** Since when something is wrong. */
  readonly since?: number;
  readonly link?: AlertLink;
  /** The access token still works until then: no outage before it. */
  readonly worksUntil?: number;
  /** `login-soon`: when the session is expected to end, and how that is known. */
  readonly expectedEnd?: { readonly at: number; readonly because: "learned-session-length" | "registration-end" };
  /** 0 for the first message, 1 for the first reminder, and so on. */
  readonly reminder?: number;
  /** `healed`: how long nothing worked; 0 when there was no outage. */
  readonly downtimeMs?: number;
  /** `healed`: the person who approved, when it is another one than before. */
  readonly approvedBy?: { readonly now: string; readonly before: string };
  readonly profiles?: readonly AlertProfile[];
}
