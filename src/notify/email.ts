// Mail over SMTP. Loaded only when a mail is sent.
import { type Login, SmtpError, type SmtpOptions, submit } from "./email_smtp.ts";
import { failureOf } from "./failure.ts";
import { BadAddress, mailOf } from "./mime.ts";
import type { Delivery, DeliveryResult, SettingsOf } from "./protocol.ts";

/**
 * Sends one mail. `smtp:` means STARTTLS, without which only this machine gets anything; `smtps:` TLS from the first
 * byte. Never rejects. A code such as `SMTP 451` is the server's; those that begin with 4 are temporary (RFC 5321).
 */
export async function sendEmail(
  settings: SettingsOf<"email">,
  delivery: Delivery,
  options?: SmtpOptions,
): Promise<DeliveryResult> {
  try {
    const login = loginOf(settings);
    await submit(await mailOf(settings, delivery), settings.server, login, options);
    return { ok: true };
  } catch (error) {
    if (error instanceof SmtpError) {
      return { ok: false, code: error.code, message: error.message, ...(error.unsure ? { unsure: true } : {}) };
    }
    if (error instanceof BadAddress) return { ok: false, code: error.name, message: error.message };
    return failureOf(error);
  }
}

function loginOf({ user, password }: SettingsOf<"email">): Login | undefined {
  if (user === undefined) return undefined;
  if (password === undefined) throw new SmtpError("NoPassword", "the mail server has a user, but there is no password");
  return { user, password };
}
