// Sends the browser of this machine on to a link that is a secret: it gets the link from us, because every user of a machine
// can read the arguments of a program.
import { isFor, nothingHere, ONCE, type PageAnswer } from "./browser_login_page.ts";

/** How long it is watched whether somebody else asks for a link that was given away. */
export const WATCH_MS = 2_000;

/**
 * Answers `request` on `port`: the first that asks for exactly `path` is sent on to `link`, everything else is a 404.
 *
 * @param isGone whether one was sent on before: then asking for `path` is remarkable, and gets nothing
 */
export function sendOn(request: Request, port: number, path: string, link: string, isGone: boolean): PageAnswer {
  if (!isFor(request, port, path) || new URL(request.url).search !== "") return { response: nothingHere() };
  if (isGone) return { response: nothingHere(), came: { sentOn: true, again: true } };
  const response = new Response(null, { status: 303, headers: { location: link, ...ONCE } });
  return { response, came: { sentOn: true } };
}
