// What travels between the main program and the worker that sends messages, and what each kind of channel implements.
import type { AlertMessage } from "../domain/alert_message.ts";

/**
 * The settings of one channel, secrets resolved (`env:` and `file:` are looked up before). In the main program they exist
 * only as the JSON text inside a `Secret`; they are taken apart inside the worker.
 */
export type ChannelSettings =
  | {
    readonly type: "telegram";
    readonly token: string;
    readonly chat_id: string;
    /** Of a Bot API server; without a slash at its end. */
    readonly url: string;
    readonly commands: boolean;
    /** Numeric ids of Telegram users. */
    readonly allowed_users: readonly string[];
  }
  | { readonly type: "slack"; readonly webhook_url: string }
  | { readonly type: "slack"; readonly token: string; readonly channel: string; readonly url: string }
  | { readonly type: "discord"; readonly webhook_url: string }
  | { readonly type: "teams"; readonly webhook_url: string }
  | { readonly type: "ntfy"; readonly url: string; readonly token?: string }
  | {
    readonly type: "webhook";
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly secret?: string;
  }
  | {
    readonly type: "email";
    /** `smtp:` means STARTTLS (required unless the host is loopback), `smtps:` TLS from the first byte. */
    readonly server: { readonly protocol: "smtp:" | "smtps:"; readonly host: string; readonly port: number };
    readonly user?: string;
    readonly password?: string;
    readonly from: string;
    readonly to: readonly string[];
  }
  | { readonly type: "sendmail"; readonly path: string; readonly from: string; readonly to: readonly string[] }
  | { readonly type: "desktop"; readonly path: string }
  | { readonly type: "command"; readonly run: readonly string[] };

export type ChannelType = ChannelSettings["type"];
export type SettingsOf<T extends ChannelType> = Extract<ChannelSettings, { readonly type: T }>;

/** One message for one channel. */
export interface Delivery {
  /** Constant over retries of the same message to the same channel. */
  readonly id: string;
  readonly message: AlertMessage;
  /** What {@link DeliveryResult} gave for an earlier message: that one is to be changed, not a new one sent. */
  readonly ref?: string;
  /** No sound, where the channel can do that. */
  readonly silent?: boolean;
}

export type DeliveryResult =
  /** `ref` where the channel can change the message later. */
  | { readonly ok: true; readonly ref?: string }
  | DeliveryFailure;

/** Words for people and for the log; they hold no secret (no URL of a channel, no token). */
export interface DeliveryFailure {
  readonly ok: false;
  /** Such as `HTTP 403`, `Timeout`, `TlsFailure`, `ConnectionRefused`. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
  /** Changing is not possible any more (the message is gone): send a new one instead. */
  readonly gone?: boolean;
  /** The message may have been taken all the same: no answer came to a request under way. */
  readonly unsure?: boolean;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the answer's body; 64 KiB unless said otherwise. */
  readonly maxBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As much of it as came in time and within the limit. */
  readonly body: string;
  /** Set when there was more: beyond the limit, or it did not come in time or at all. */
  readonly cut?: "long" | "late";
}

/** One request, no redirect followed, ended after its time. @throws {HttpError} when there is no answer. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** What a channel over HTTP implements: two pure functions, so that a test can look at exactly what would be sent. */
export interface HttpChannel<T extends ChannelType> {
  /** Whether its messages can be changed later. */
  edits(settings: SettingsOf<T>): boolean;
  request(settings: SettingsOf<T>, delivery: Delivery): HttpRequest | Promise<HttpRequest>;
  /** Judges the answer to {@link request}. */
  result(response: HttpResponse, delivery: Delivery): DeliveryResult;
}

/** One row of what is asked of a worker. */
export interface DeliveryCall {
  readonly id: number;
  /** JSON of {@link ChannelSettings}. */
  readonly settings: string;
  readonly delivery: Delivery;
}

/** A request to a Telegram bot, where its commands are on. */
export interface BotCall {
  readonly id: number;
  readonly settings: string;
  /** Updates before this number are done with. */
  readonly offset: number;
}

export interface BotAnswer {
  readonly offset: number;
  /** Commands of people who may give them, oldest first. */
  readonly commands: readonly ("login" | "status")[];
}

/** A GET that only says that somebody is alive; the answer's body does not matter. */
export interface PingCall {
  readonly id: number;
  readonly ping: string;
}

/** The first message to the worker; it has no answer. */
export interface NotifySetup {
  /** Certificates to trust besides the built-in and the system's ones (PEM). */
  readonly caCerts?: readonly string[];
  /** Milliseconds for one request and its answer. */
  readonly timeoutMs?: number;
}

export type NotifyCall = DeliveryCall | (BotCall & { readonly bot: true }) | PingCall;
export type NotifyAnswer =
  & { readonly id: number }
  & (
    | { readonly result: DeliveryResult }
    | { readonly bot: BotAnswer | DeliveryFailure }
  );
