// The Telegram Bot API's other end for one chat, as strict as the real one: messages that can be changed, and failures.
// https://core.telegram.org/bots/api#making-requests, #sendmessage, #editmessagetext, #getupdates

const CHAT = "123456";
const LONGEST = 4096;

/** One message of the chat as it is shown now. */
export interface ChatMessage {
  readonly at: number;
  /** As HTML. */
  text: string;
  edits: number;
}

export class Telegram implements AsyncDisposable {
  readonly token = "4711:AAF-secret_of_the_bot";
  readonly chat: ChatMessage[] = [];
  /** The events of the chat's messages when they came, told by the sign that they begin with. */
  readonly sent: string[] = [];
  /** What the real service would not have taken; a test expects none. */
  readonly wrong: string[] = [];
  /** Requests that were refused because of {@link failing}. */
  refused = 0;
  /** All answers from now on, in place of the true ones. */
  failing?: { readonly status: number; readonly retryAfterS?: number };
  /** Called when a message has come, before it is answered. */
  onTold?: () => void | Promise<void>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(readonly now: () => number) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(new URL(request.url).pathname) ?? [];
      const body = await request.json();
      if (token !== this.token) return refusal(401, "Unauthorized");
      if (this.failing !== undefined) return this.#fail(this.failing);
      const answer = this.#answer(method, body);
      await this.onTold?.();
      return answer;
    });
  }

  /** A `[notify ops]` section that sends here. */
  get section(): string {
    const url = `http://127.0.0.1:${this.#server.addr.port}`;
    return `[notify ops]\ntype = telegram\ntoken = ${this.token}\nchat_id = ${CHAT}\nurl = ${url}\n`;
  }

  /** First lines of the chat's messages as they are shown now. */
  titles(): string[] {
    return this.chat.map(({ text }) => text.split("\n")[0].replaceAll(/<[^>]*>/g, ""));
  }

  /** The link that the newest message with one shows, with its user code. */
  shownLink(): { readonly url: string; readonly userCode: string } | undefined {
    for (const { text } of this.chat.toReversed()) {
      const [, url, userCode] = /<a href="([^"]*user_code=([A-Z-]+))">/.exec(text) ?? [];
      if (url !== undefined) return { url, userCode };
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #fail({ status, retryAfterS }: NonNullable<Telegram["failing"]>): Response {
    this.refused++;
    if (status >= 500) return new Response("<html><h1>Bad Gateway</h1></html>", { status });
    return refusal(status, "Too Many Requests", { retry_after: retryAfterS });
  }

  #answer(method: string, body: Readonly<Record<string, unknown>>): Response {
    if (method === "getUpdates") return result([]);
    const { chat_id, text, message_id, parse_mode } = body;
    if (chat_id !== CHAT) return this.#refuse("Bad Request: chat not found");
    if (typeof text !== "string" || text === "") return this.#refuse("Bad Request: message text is empty");
    if (text.length > LONGEST) return this.#refuse("Bad Request: message is too long");
    if (parse_mode !== "HTML" || !isHtml(text)) return this.#refuse("Bad Request: can't parse entities");
    if (method === "sendMessage") {
      this.chat.push({ at: this.now(), text, edits: 0 });
      this.sent.push(/^<b>✅/.test(text) ? "healed" : /^<b>⏳/.test(text) ? "login-soon" : "login-needed");
      return result({ message_id: this.chat.length });
    }
    if (method !== "editMessageText") return this.#refuse("Not Found");
    const message = this.chat[Number(message_id) - 1];
    if (message === undefined) return this.#refuse("Bad Request: message to edit not found");
    if (message.text === text) return refusal(400, "Bad Request: message is not modified");
    message.text = text;
    message.edits++;
    return result({ message_id });
  }

  #refuse(description: string): Response {
    this.wrong.push(description);
    return refusal(400, description);
  }
}

/** Only the tags that the real service knows, closed in order, and no other use of their signs. */
function isHtml(text: string): boolean {
  const open: string[] = [];
  const rest = text.replaceAll(/<(\/?)(b|i|code|pre|a)( href="[^"<>]*")?>/g, (tag, end, name) => {
    if (end === "") open.push(name);
    else if (open.pop() !== name) return tag;
    return "";
  });
  return open.length === 0 && !/[<>]|&(?!(?:lt|gt|amp|quot);)/.test(rest);
}

function result(value: unknown): Response {
  return Response.json({ ok: true, result: value });
}

function refusal(status: number, description: string, parameters?: Readonly<Record<string, unknown>>): Response {
  return Response.json({ ok: false, error_code: status, description, parameters }, { status });
}
