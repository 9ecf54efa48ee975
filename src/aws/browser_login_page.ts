// What the browser is shown when it comes back: a small server on this machine that knows one address, once.
import { CALLBACK_PATH, type Came, parseCallback } from "./browser_login_answer.ts";

/** The answer to one request; `came` when it was the one that is waited for. */
export interface PageAnswer {
  readonly response: Response;
  readonly came?: Came;
}

const PAGES = {
  approved: ["Thank you", "sso-heal goes on by itself. You can close this window."],
  denied: ["Not allowed", "You have denied the request, and nothing was changed. You can close this window."],
  failed: ["That did not work", "AWS reports a problem; the terminal says more. You can close this window."],
  other: ["Nothing here", "This address is for one sign-in that sso-heal has begun, and only once."],
} as const;

/**
 * Answers `request` on `port` of this machine. Everything but the callback of the login with this `state` is a 404, also
 * by another host name: a web page may have its own name lead here, and must learn nothing.
 */
export function answerBrowser(request: Request, port: number, state: string): PageAnswer {
  const { search: query } = new URL(request.url);
  const callback = isFor(request, port, CALLBACK_PATH) ? parseCallback(query, state) : undefined;
  if (callback === undefined) return { response: nothingHere() };
  return { response: page(callback.result, 200), came: { query } };
}

/** Whether it asks this machine by its number, and not by a name that somebody may have led here, for that path. */
export function isFor({ method, url, headers }: Request, port: number, path: string): boolean {
  return method === "GET" && new URL(url).pathname === path && headers.get("host") === `127.0.0.1:${port}`;
}

/** For everybody else. */
export function nothingHere(): Response {
  return page("other", 404);
}

/** The address holds a secret, and no connection that stays open may hold up the end of the server. */
export const ONCE = { "referrer-policy": "no-referrer", "cache-control": "no-store", connection: "close" } as const;

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
      ...ONCE,
    },
  });
}
