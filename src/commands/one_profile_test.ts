// Tests which profile is meant.
import assert from "node:assert/strict";
import { oneProfile } from "./one_profile.ts";

Deno.test("oneProfile() is the one named, else that of AWS_PROFILE, else default", () => {
  assert.equal(oneProfile(["a"], { env: { AWS_PROFILE: "b" } }), "a");
  assert.equal(oneProfile([], { env: { AWS_PROFILE: "b" } }), "b");
  assert.equal(oneProfile([], { env: { AWS_PROFILE: "" } }), "default");
  assert.equal(oneProfile([], { env: {} }), "default");
  assert.throws(() => oneProfile(["a", "b"], { env: {} }), { message: 'Option "--profile" can be given once' });
});
