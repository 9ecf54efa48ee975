// A mail server for tests: STARTTLS or TLS from the first byte, login, and on demand every kind of bad behaviour.
//
// Written on the runtime's own sockets, because the server of npm (smtp-server) does not get through STARTTLS under
// Deno 2.4. Deno cannot turn an accepted connection into a TLS one either: after STARTTLS its bytes go to a second
// listener, which speaks TLS.

export interface SmtpServerOptions {
  readonly tls: "starttls" | "implicit" | "none";
  readonly cert?: string;
  readonly key?: string;
  /** Mechanisms of AUTH that are offered once TLS is there (without TLS: at once); none by default. */
  readonly auth?: readonly string[];
  /** Accepted by AUTH. */
  readonly login?: { readonly user: string; readonly password: string };
  /**
   * What happens instead of the usual reply: to "greeting", "content" (the end of a mail) or the first word of a
   * command. A text is said; "silence" and "hang up" are what they say.
   */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** First words of all commands; those over TLS have a "+" before them. */
  readonly commands: readonly string[];
  stop(): Promise<void>;
}

/** Starts on a free port of 127.0.0.1. */
export function startSmtpServer(options: SmtpServerOptions): SmtpServer {
  const place = { hostname: "127.0.0.1", port: 0 };
  const { cert = "", key = "" } = options;
  const inner = options.tls === "none" ? undefined : Deno.listenTls({ ...place, cert, key });
  const outer = options.tls === "starttls" ? Deno.listen(place) : undefined;
  const listeners = [inner ?? Deno.listen(place), ...(outer === undefined ? [] : [outer])];
  const mails: ReceivedMail[] = [];
  const commands: string[] = [];
  const open = new Set<Deno.Conn>();

  const talk = (socket: Deno.Conn, isInner: boolean) => {
    const isFollowUp = isInner && outer !== undefined;
    const session = new Session(socket, isInner && inner !== undefined, options, mails, commands);
    const upgrade = async () => {
      const tls = await Deno.connect({ hostname: "127.0.0.1", port: (inner!.addr as Deno.NetAddr).port });
      open.add(tls);
      await Promise.all([
        socket.readable.pipeTo(tls.writable),
        tls.readable.pipeTo(socket.writable),
      ]).finally(() => close(tls));
    };
    return session.run(isFollowUp, upgrade);
  };
  const close = (socket: Deno.Conn) => {
    if (!open.delete(socket)) return;
    try {
      socket.close();
    } catch (error) {
      // Its streams have closed it already.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  };
  const serve = async (listener: Deno.Listener) => {
    const sessions: Promise<void>[] = [];
    for await (const socket of listener) {
      open.add(socket);
      // However a client ends the conversation: the test looks at what arrived.
      sessions.push(talk(socket, listener === listeners[0]).catch(() => {}).finally(() => close(socket)));
    }
    await Promise.all(sessions);
  };
  const serving = listeners.map(serve);
  return {
    port: (listeners.at(-1)!.addr as Deno.NetAddr).port,
    mails,
    commands,
    async stop() {
      for (const listener of listeners) listener.close();
      for (const socket of open) close(socket);
      await Promise.all(serving);
    },
  };
}

class Session {
  #received = "";
  #from = "";
  #to: string[] = [];

  constructor(
    readonly socket: Deno.Conn,
    readonly secure: boolean,
    readonly options: SmtpServerOptions,
    readonly mails: ReceivedMail[],
    readonly commands: string[],
  ) {}

  async run(isFollowUp: boolean, upgrade: () => Promise<void>): Promise<void> {
    if (!isFollowUp) await this.#reply("greeting", "220 mail.example ESMTP");
    for (;;) {
      const line = await this.#until("\r\n");
      const word = line.split(/[ :]/)[0].toUpperCase();
      this.commands.push(`${this.secure ? "+" : ""}${word}`);
      if (word === "EHLO") await this.#reply(word, this.#extensions());
      else if (word === "STARTTLS") {
        await this.#reply(word, "220 ready");
        return await upgrade();
      } else if (word === "AUTH") await this.#reply(word, await this.#login(line));
      else if (word === "MAIL") {
        this.#from = addressIn(line);
        this.#to = [];
        await this.#reply(word, "250 ok");
      } else if (word === "RCPT") {
        // One address may be refused by its own name.
        const known = !line.includes("<nobody@");
        if (known) this.#to.push(addressIn(line));
        await this.#reply(word, known ? "250 ok" : "550 5.1.1 no such user");
      } else if (word === "DATA") await this.#content();
      else if (word === "QUIT") return await this.#say("221 bye");
      else await this.#say("500 what?");
    }
  }

  #extensions(): string {
    const { tls, auth } = this.options;
    const lines = ["mail.example", "8BITMIME"];
    if (tls === "starttls" && !this.secure) lines.push("STARTTLS");
    else if (auth !== undefined) lines.push(`AUTH ${auth.join(" ")}`);
    return lines.map((line, i) => `250${i < lines.length - 1 ? "-" : " "}${line}`).join("\r\n");
  }

  async #login(line: string): Promise<string> {
    const { user, password } = this.options.login ?? {};
    const ask = async (what: string) => {
      await this.#say(`334 ${btoa(what)}`);
      return decoded(await this.#until("\r\n"));
    };
    const given = line.startsWith("AUTH PLAIN ")
      ? decoded(line.slice("AUTH PLAIN ".length))
      : `\0${await ask("Username:")}\0${await ask("Password:")}`;
    return given === `\0${user}\0${password}` ? "235 welcome" : `535 5.7.8 not ${line} ${password}`;
  }

  async #content(): Promise<void> {
    await this.#reply("DATA", "354 go on");
    const content = await this.#until("\r\n.\r\n") + "\r\n";
    this.mails.push({ from: this.#from, to: this.#to, content: content.replace(/^\.\./gm, ".") });
    await this.#reply("content", "250 queued");
  }

  async #reply(to: string, usual: string): Promise<void> {
    const text = this.options.instead?.[to] ?? usual;
    if (text === "silence") await this.#until("\0");
    if (text === "hang up") throw new Error(text);
    await this.#say(text);
  }

  async #say(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(`${text}\r\n`);
    for (let at = 0; at < bytes.length;) at += await this.socket.write(bytes.subarray(at));
  }

  async #until(mark: string): Promise<string> {
    const chunk = new Uint8Array(4096);
    const decoder = new TextDecoder();
    while (!this.#received.includes(mark)) {
      const length = await this.socket.read(chunk);
      if (length === null) throw new Error("the client has gone");
      this.#received += decoder.decode(chunk.subarray(0, length), { stream: true });
    }
    const at = this.#received.indexOf(mark);
    const text = this.#received.slice(0, at);
    this.#received = this.#received.slice(at + mark.length);
    return text;
  }
}

function addressIn(line: string): string {
  return /<(.*)>/.exec(line)?.[1] ?? "";
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
