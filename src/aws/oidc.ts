// The operations of SSO-OIDC, inside the worker.
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import { type Handlers, instant, link, numberOf, text } from "./operation.ts";

/** What the AWS CLI takes, in seconds, when the answer names none. */
const INTERVAL_S = 5;
/** How long AWS's codes are good for. */
const CODE_LIFE_S = 600;
/** How long AWS's access tokens live; and no session of IAM Identity Center lasts longer than 90 days. */
const TOKEN_LIFE_S = 3600;
const LONGEST_TOKEN_LIFE_S = 90 * 86_400;

export const HANDLERS: Handlers<"RegisterClient" | "StartDeviceAuthorization" | "CreateToken"> = {
  async RegisterClient(input, options) {
    const answer = await new SSOOIDCClient(options).send(
      new RegisterClientCommand({ clientType: "public", ...input }),
    );
    return {
      clientId: text(answer.clientId, "clientId"),
      clientSecret: text(answer.clientSecret, "clientSecret"),
      expiresAt: instant(numberOf(answer.clientSecretExpiresAt) * 1000, "clientSecretExpiresAt"),
    };
  },
  async StartDeviceAuthorization(input, options) {
    const answer = await new SSOOIDCClient(options).send(new StartDeviceAuthorizationCommand(input));
    return {
      deviceCode: text(answer.deviceCode, "deviceCode"),
      userCode: text(answer.userCode, "userCode"),
      verificationUri: link(answer.verificationUri, "verificationUri"),
      verificationUriComplete: link(answer.verificationUriComplete, "verificationUriComplete"),
      expiresInS: between(60, 3600, answer.expiresIn, CODE_LIFE_S),
      // Never without a pause, and never so seldom that an approval goes unnoticed.
      intervalS: between(1, 60, answer.interval, INTERVAL_S),
    };
  },
  async CreateToken(input, options) {
    const grantType = input.refreshToken !== undefined
      ? "refresh_token"
      : input.code !== undefined
      ? "authorization_code"
      : "urn:ietf:params:oauth:grant-type:device_code";
    const answer = await new SSOOIDCClient(options).send(new CreateTokenCommand({ grantType, ...input }));
    const { refreshToken } = answer;
    const lifeS = numberOf(answer.expiresIn);
    return {
      accessToken: text(answer.accessToken, "accessToken"),
      refreshToken: typeof refreshToken === "string" && refreshToken !== "" ? refreshToken : undefined,
      // The old refresh token may be spent by now: an odd life is no reason to lose the new pair.
      expiresInS: lifeS > 0 && lifeS <= LONGEST_TOKEN_LIFE_S ? lifeS : TOKEN_LIFE_S,
    };
  },
};

/** The number nearest to `value` from `least` to `most`; `otherwise` where it is no number. */
function between(least: number, most: number, value: unknown, otherwise: number): number {
  const number = numberOf(value);
  return Number.isNaN(number) ? otherwise : Math.min(Math.max(number, least), most);
}
