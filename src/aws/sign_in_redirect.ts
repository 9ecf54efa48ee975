// Sends the browser of this machine on to a link that is a secret: it is started with a plain address of the loopback,
// because every user of a machine can read the arguments of a program.
import { isFor, nothingHere, ONCE, type PageAnswer } from "./browser_login_page.ts";

/** Answers `request` on `port`: the first that asks for exactly `path` is sent on to `link`, everything else is a 404. */
export function sendOn(request: Request, port: number, path: string, link: string): PageAnswer {
  if (!isFor(request, port, path) || new URL(request.url).search !== "") return { response: nothingHere() };
  const response = new Response(null, { status: 303, headers: { location: link, ...ONCE } });
  return { response, came: { sentOn: true } };
}
