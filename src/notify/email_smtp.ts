// The conversation with a mail server (RFC 5321, 3207, 4954), on the runtime's own sockets.
//
// Not nodemailer, because of what was measured with its 10.6.0 in a compiled Deno 2.4.2, in a worker that may only reach
// the one server, over a connected socket (its own look-up of names fails there): STARTTLS to a host name worked, TLS from
// the first byte ran into a time-out, and an IP address as the server ended the worker, because the warning about it needs
// the global `process`, which `sandbox/lock_down.ts` takes away. It would also bring 180 KB instead of 25, and the modules
// of node:, which lead out of the worker.
import { isLoopback } from "../domain/loopback.ts";
import { httpErrorOf } from "./failure.ts";
import { base64, type Mail } from "./mime.ts";
import type { SettingsOf } from "./protocol.ts";

type Server = SettingsOf<"email">["server"];

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface SmtpOptions {
  /** Certificates to trust besides the built-in and the system's ones (PEM). */
  readonly caCerts?: readonly string[];
  /** Milliseconds for each step: connecting, the handshake, each command with its reply. */
  readonly stepMs?: number;
  /** Milliseconds for all steps together. */
  readonly wholeMs?: number;
}

const STEP_MS = 10_000;
/** A server that answers each step at the last moment must not keep a check past the next one. */
const WHOLE_MS = 60_000;
/** The last reply comes after the server's scanners. Whoever gives up earlier sends the same mail again. */
const LAST_STEPS = 3;
const LONGEST_REPLY = 64 * 1024;

/** The server refused, or the conversation broke. The message may hold the server's words, raw (see `refusal`). */
export class SmtpError extends Error {
  override readonly name = "SmtpError";

  /** `unsure`: the server may have taken the mail all the same. */
  constructor(readonly code: string, message: string, readonly unsure = false) {
    super(message);
  }
}

interface Reply {
  readonly code: number;
  /** Without their codes. */
  readonly lines: readonly string[];
}

/**
 * Hands `mail` to the server. Nothing but the names of both sides goes over an open line, except to this machine.
 * One refused recipient does not keep the mail from the others.
 *
 * @throws {SmtpError} when nobody gets the mail.
 */
export async function submit(
  mail: Mail,
  server: Server,
  login: Login | undefined,
  options: SmtpOptions = {},
): Promise<void> {
  const connection = await Connection.open(server, options);
  try {
    await connection.command(undefined, 2);
    let extensions = await connection.hello();
    if (server.protocol === "smtp:" && (extensions.has("STARTTLS") || !isLoopback(server.host))) {
      if (!extensions.has("STARTTLS")) throw new SmtpError("NoStartTls", "the mail server offers no encryption");
      await connection.command("STARTTLS", 2);
      await connection.secure();
      // What was said before is not to be trusted.
      extensions = await connection.hello();
    }
    if (login !== undefined) await logIn(connection, login, extensions.get("AUTH") ?? []);
    await hand(mail, connection);
  } finally {
    connection.close();
  }
}

async function hand(mail: Mail, connection: Connection): Promise<void> {
  await connection.command(`MAIL FROM:<${mail.from}>`, 2);
  let refused: unknown;
  let taken = 0;
  for (const address of mail.to) {
    try {
      await connection.command(`RCPT TO:<${address}>`, 2);
      taken++;
    } catch (error) {
      // 421 is a good-bye; without a code the conversation has ended.
      if (!(error instanceof SmtpError) || !/^SMTP (?!421)/.test(error.code)) throw error;
      refused ??= error;
    }
  }
  if (taken === 0) throw refused;
  await connection.command("DATA", 3);
  try {
    await connection.command(`${mail.content.replace(/^\./gm, "..")}.`, 2, LAST_STEPS);
  } catch (error) {
    if (!(error instanceof SmtpError) || error.code.startsWith("SMTP ")) throw error;
    // No reply: whether the mail is on its way is the server's knowledge alone (RFC 1047).
    throw new SmtpError(error.code, error.message, true);
  }
  // The mail is delivered: how they part does not matter any more.
  await connection.write("QUIT").catch(() => {});
}

async function logIn(connection: Connection, { user, password }: Login, offered: readonly string[]): Promise<void> {
  const encode = (text: string) => base64(new TextEncoder().encode(text));
  if (offered.includes("PLAIN")) {
    await connection.secret(`AUTH PLAIN ${encode(`\0${user}\0${password}`)}`, 2);
  } else if (offered.includes("LOGIN")) {
    await connection.secret("AUTH LOGIN", 3);
    await connection.secret(encode(user), 3);
    await connection.secret(encode(password), 2);
  } else {
    throw new SmtpError("NoLogin", "the mail server offers no login by password (AUTH PLAIN or LOGIN)");
  }
}

class Connection {
  #socket: Deno.TcpConn | Deno.TlsConn;
  readonly #hostname: string;
  readonly #caCerts: string[];
  readonly #stepMs: number;
  readonly #deadline: number;
  #received = "";
  #decoder = new TextDecoder();
  #closed = false;

  private constructor(socket: Deno.TcpConn, hostname: string, deadline: number, options: SmtpOptions) {
    const { caCerts = [], stepMs = STEP_MS } = options;
    this.#socket = socket;
    this.#hostname = hostname;
    this.#caCerts = [...caCerts];
    this.#stepMs = stepMs;
    this.#deadline = deadline;
  }

  static async open({ protocol, host, port }: Server, options: SmtpOptions): Promise<Connection> {
    // An IPv6 address stands in brackets in URLs only.
    const hostname = host.replace(/^\[(.*)\]$/, "$1");
    const deadline = performance.now() + (options.wholeMs ?? WHOLE_MS);
    const connecting = Deno.connect({ hostname, port });
    const giveUp = () => void connecting.then((socket) => socket.close(), () => {});
    const socket = await inTime(options.stepMs ?? STEP_MS, connecting, giveUp);
    const connection = new Connection(socket, hostname, deadline, options);
    if (protocol === "smtps:") await connection.secure();
    return connection;
  }

  /** TLS from here on. */
  async secure(): Promise<void> {
    try {
      // Sent ahead in the open, by whoever is in between.
      if (this.#received !== "") throw new SmtpError("TlsFailure", "the mail server said more before the encryption");
      const starting = Deno.startTls(this.#socket as Deno.TcpConn, {
        hostname: this.#hostname,
        caCerts: this.#caCerts,
      });
      const socket = await this.#inTime(starting);
      this.#socket = socket;
      await this.#inTime(socket.handshake());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Says EHLO; the extensions of the server with their parameters, in capitals. */
  async hello(): Promise<Map<string, string[]>> {
    // This machine's own name is often none that a server takes; an address literal always is (RFC 5321 section 4.1.3).
    const { lines } = await this.command("EHLO [127.0.0.1]", 2);
    const words = lines.slice(1).map((line) => line.toUpperCase().trim().split(/[ =]+/));
    return new Map(words.map(([name, ...parameters]) => [name, parameters]));
  }

  /** Sends a line (none: waits for the greeting) and reads the reply, whose code must begin with `expected`. */
  async command(line: string | undefined, expected: 2 | 3, steps = 1): Promise<Reply> {
    const reply = await this.#exchange(line, steps);
    if (Math.floor(reply.code / 100) === expected) return reply;
    throw new SmtpError(`SMTP ${reply.code}`, `the mail server says: ${reply.lines.join(" ")}`);
  }

  /** As {@link command}, for a line whose refusal must not be repeated. */
  async secret(line: string, expected: 2 | 3): Promise<void> {
    const { code } = await this.#exchange(line);
    if (Math.floor(code / 100) === expected) return;
    const why = code < 500 ? "cannot check the login now" : "does not accept the user or the password";
    throw new SmtpError(`SMTP ${code}`, `the mail server ${why}`);
  }

  async write(line: string): Promise<void> {
    const bytes = new TextEncoder().encode(`${line}\r\n`);
    for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  async #exchange(line: string | undefined, steps = 1): Promise<Reply> {
    const talk = async () => {
      if (line !== undefined) await this.write(line);
      return await this.#reply();
    };
    return await this.#inTime(talk(), steps);
  }

  async #inTime<T>(work: Promise<T>, steps = 1): Promise<T> {
    const left = Math.max(this.#deadline - performance.now(), 0);
    return await inTime(Math.min(this.#stepMs * steps, left), work, () => this.close());
  }

  /** `250-a` lines go on, `250 a` or `250` is the last one. */
  async #reply(): Promise<Reply> {
    const lines: string[] = [];
    for (;;) {
      const [, code, more, text] = /^(\d{3})(?:([ -])(.*))?$/.exec(await this.#line()) ?? [];
      if (code === undefined) throw new SmtpError("UnreadableAnswer", "the answer is not from a mail server");
      lines.push(text ?? "");
      if (more !== "-") return { code: Number(code), lines };
      if (lines.length > 1000) throw new SmtpError("UnreadableAnswer", "the answer of the mail server does not end");
    }
  }

  async #line(): Promise<string> {
    const chunk = new Uint8Array(4096);
    for (;;) {
      const end = this.#received.indexOf("\n");
      if (end >= 0) {
        const line = this.#received.slice(0, end).replace(/\r$/, "");
        this.#received = this.#received.slice(end + 1);
        return line;
      }
      if (this.#received.length > LONGEST_REPLY) {
        throw new SmtpError("UnreadableAnswer", "the answer of the mail server does not end");
      }
      const length = await this.#socket.read(chunk);
      if (length === null) throw new SmtpError("ConnectionReset", "the mail server ended the connection");
      this.#received += this.#decoder.decode(chunk.subarray(0, length), { stream: true });
    }
  }
}

/** The outcome of `work`, in words of ours; after `ms` milliseconds `giveUp` must end it. */
async function inTime<T>(ms: number, work: Promise<T>, giveUp: () => void): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new SmtpError("Timeout", "the mail server does not answer in time"));
    giveUp();
  }, ms);
  try {
    return await Promise.race([work, late.promise]);
  } catch (error) {
    if (error instanceof SmtpError) throw error;
    const { code, message } = httpErrorOf(error);
    throw new SmtpError(code, message);
  } finally {
    clearTimeout(timer);
  }
}
