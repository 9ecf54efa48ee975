// What the browser is shown when it comes back: a small server on this machine that knows one address, once.
import { CALLBACK_PATH, parseCallback } from "./browser_login_answer.ts";

/** The answer to one request; `query` when it was the one that is waited for. */
export interface PageAnswer {
  readonly response: Response;
  readonly query?: string;
}

const PAGES = {
  approved: ["Thank you", "sso-heal goes on by itself. You can close this window."],
  denied: ["Not allowed", "You have denied the request, and nothing was changed. You can close this window."],
  failed: ["That did not work", "AWS reports a problem; the terminal says more. You can close this window."],
  other: ["Nothing here", "This address only ends a sign-in that sso-heal has begun."],
} as const;

/**
 * Answers `request` on `port` of this machine. Everything but the callback of the login with this `state` is a 404, also
 * by another host name: a web page may have its own name lead here, and must learn nothing.
 */
export function answerBrowser(request: Request, port: number, state: string): PageAnswer {
  const url = new URL(request.url);
  const isCallback = request.method === "GET" && url.pathname === CALLBACK_PATH &&
    request.headers.get("host") === `127.0.0.1:${port}`;
  const callback = isCallback ? parseCallback(url.search, state) : undefined;
  if (callback === undefined) return { response: page("other", 404) };
  return { response: page(callback.result, 200), query: url.search };
}

function page(name: keyof typeof PAGES, status: number): Response {
  const [title, text] = PAGES[name];
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} · sso-heal</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<body style="font: 1.1em sans-serif; margin: 3em auto; max-width: 30em"><h1>${title}</h1><p>${text}</p></body></html>
`;
  return new Response(body, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      // The address holds the code.
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      // No connection that stays open may hold up the end of the server.
      connection: "close",
    },
  });
}
