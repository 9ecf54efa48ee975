// Proves when two tokens are of the same generation, and what a refresh needs.
import assert from "node:assert/strict";
import { Secret } from "./secret.ts";
import { isRefreshable, samePair, type Token } from "./token.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");

function token(more: Partial<Token> = {}): Token {
  return {
    startUrl: "https://corp.awsapps.com/start",
    region: "us-east-1",
    accessToken: new Secret("access"),
    expiresAt: NOW,
    refreshToken: new Secret("refresh"),
    clientId: "client",
    clientSecret: new Secret("client-secret"),
    registrationExpiresAt: NOW + 1,
    ...more,
  };
}

const NO_REFRESH = token({ refreshToken: undefined });

type PairRow = [sentence: string, a: Token | undefined, b: Token | undefined, same: boolean];

const PAIRS: readonly PairRow[] = [
  ["finds equal texts the same", token(), token(), true],
  ["looks at nothing but the pair", token(), token({ expiresAt: 0, clientId: "other", region: "eu-west-1" }), true],
  ["tells another access token", token(), token({ accessToken: new Secret("other") }), false],
  ["tells another refresh token", token(), token({ refreshToken: new Secret("other") }), false],
  ["tells a refresh token that is gone", token(), NO_REFRESH, false],
  ["tells a refresh token that is new", NO_REFRESH, token(), false],
  ["finds two without refresh token the same", NO_REFRESH, token({ refreshToken: undefined }), true],
  ["tells no token from one", undefined, token(), false],
  ["tells a token from none", token(), undefined, false],
  ["finds no token and no token the same", undefined, undefined, true],
];

for (const [sentence, a, b, same] of PAIRS) {
  Deno.test(`samePair() ${sentence}`, () => assert.equal(samePair(a, b), same));
}

type NeedRow = [sentence: string, more: Partial<Token>, refreshable: boolean];

const NEEDS: readonly NeedRow[] = [
  ["accepts a token with everything", {}, true],
  ["wants a refresh token", { refreshToken: undefined }, false],
  ["wants a client id", { clientId: undefined }, false],
  ["wants a client secret", { clientSecret: undefined }, false],
  ["wants a registration that is not over", { registrationExpiresAt: NOW }, false],
  ["lets AWS judge a registration whose end is not known", { registrationExpiresAt: undefined }, true],
  ["does not care for the access token's end", { expiresAt: 0 }, true],
];

for (const [sentence, more, refreshable] of NEEDS) {
  Deno.test(`isRefreshable() ${sentence}`, () => assert.equal(isRefreshable(token(more), NOW), refreshable));
}
