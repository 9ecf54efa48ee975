// Proves the names of the cache files by known answers of the real clients.
import assert from "node:assert/strict";
import { registrationFileName, type RegistrationKey, roleFileName, type RoleKey, tokenFileName } from "./cache_key.ts";

const START = "https://sim.awsapps.com/start";

Deno.test("tokenFileName() is the name all clients use", () => {
  const rows: [session: string, sha1: string][] = [
    ["corp", "ee0bfd2552fbd840c02cc48b6e823320543c450f"],
    ["my session", "0810fbc4bcaca0e26000b03ebf865d8ea87be4b9"],
    ["dév", "5e8b63eeb2045e416ee729a90c81b9615854b244"],
    ["a😀b", "d8f2abf43e7fb847e1ea01b8422ea7e47baf2dbe"],
    [START, "9543de644b3558fb8b832a46caf8b7b376a50c3e"],
  ];
  for (const [session, sha1] of rows) assert.equal(tokenFileName(session), `${sha1}.json`);
});

Deno.test("tokenFileName() does not normalise a start URL", () => {
  assert.equal(new Set([START, `${START}/`, `${START}#/`].map(tokenFileName)).size, 3);
});

Deno.test("registrationFileName() is the name the AWS CLI v2 uses", () => {
  const key = { startUrl: START, region: "us-east-1" };
  const rows: [key: RegistrationKey, sha1: string][] = [
    [{ ...key, scopes: ["sso:account:access"], sessionName: "corp" }, "119c5ab49bb44d9fe73a0bc36828122d3501edb8"],
    [key, "1888bde83d035ae6969d317607379cc9c71a778b"],
    [{ ...key, scopes: ["a", "b:c"], sessionName: "dév😀" }, "6a7d6f38bd67d469e02c75c229b97e1fc1862582"],
  ];
  for (const [key, sha1] of rows) assert.equal(registrationFileName(key), `${sha1}.json`);
});

Deno.test("registrationFileName() tells no scopes from an empty list", () => {
  const key = { startUrl: START, region: "us-east-1", sessionName: "corp" };
  assert.notEqual(registrationFileName(key), registrationFileName({ ...key, scopes: [] }));
});

Deno.test("roleFileName() is the name the AWS CLI v2 uses", () => {
  const account = "100000000001";
  const rows: [key: RoleKey, sha1: string][] = [
    [
      { roleName: "AdministratorAccess", accountId: account, sessionName: "corp" },
      "3c741b7760d0374fd25d67bec31ca97b9b6ba19f",
    ],
    [
      { roleName: "ReadOnlyAccess", accountId: "100000000002", startUrl: START },
      "06314e5ecb8459565d214d9cfee6c2018155e91e",
    ],
    [{ roleName: "Rôle", accountId: account, sessionName: "dév😀" }, "2873259ce8d35f22ad65ba6ebb3638505120e01d"],
  ];
  for (const [key, sha1] of rows) assert.equal(roleFileName(key), `${sha1}.json`);
});
