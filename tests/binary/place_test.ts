// Proves that the program finds its home from anywhere, works there, and says clearly when it cannot.
import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { type Home, makeHome, type RunOptions } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { makeScene, said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { traced } from "./support/strace.ts";

interface Place {
  readonly name: string;
  /** Prepares the home, and says how the program is started. */
  start(home: Home): RunOptions;
  /** How many programs are started in all: itself, `sh` to compare two names of a folder, itself in the home. */
  readonly programs: number;
}

const PLACES: readonly Place[] = [
  { name: "the home", start: () => ({}), programs: 1 },
  { name: "the home, told so as units do", start: ({ path }) => ({ env: { SSO_HEAL_CWD: path } }), programs: 1 },
  { name: "/", start: () => ({ cwd: "/" }), programs: 3 },
  { name: "a folder below the home", start: (home) => ({ cwd: folder(home, "work") }), programs: 3 },
  { name: "a folder with spaces and quotes", start: (home) => ({ cwd: folder(home, `a 'b" c`) }), programs: 3 },
  { name: "the folder of the caches", start: (home) => ({ cwd: home.file(".aws/sso/cache") }), programs: 3 },
  { name: "HOME with a slash at its end", start: ({ path }) => ({ env: { HOME: `${path}/` } }), programs: 2 },
  { name: "HOME with dots", start: ({ path }) => ({ env: { HOME: `${path}/.aws/..` } }), programs: 2 },
  {
    name: "HOME by a link",
    start: (home) => ({ env: { HOME: link(home, home.path, "home") } }),
    programs: 2,
  },
  {
    name: "HOME by a link, started elsewhere",
    start: (home) => ({ cwd: "/", env: { HOME: link(home, home.path, "home") } }),
    programs: 4, // the second one compares as well
  },
  {
    name: "HOME by a link, told so as units do",
    start: (home) => {
      const path = link(home, home.path, "home");
      return { cwd: path, env: { HOME: path, SSO_HEAL_CWD: path } };
    },
    programs: 2,
  },
  {
    name: "elsewhere, with the variable of another run left in the environment",
    start: (home) => ({ cwd: folder(home, "work"), env: { SSO_HEAL_CWD: "/somewhere" } }),
    programs: 3,
  },
  {
    name: "~/.aws by a link",
    start: (home) => {
      Deno.renameSync(home.file(".aws"), home.file("kept"));
      Deno.symlinkSync("kept", home.file(".aws"));
      return {};
    },
    programs: 1,
  },
  {
    name: "~/.aws/config by a link to a file elsewhere",
    start: (home) => {
      Deno.renameSync(home.file(".aws/config"), home.file("config"));
      Deno.symlinkSync("../config", home.file(".aws/config"));
      return {};
    },
    programs: 1,
  },
  {
    name: "AWS_CONFIG_FILE inside ~/.aws",
    start: (home) => {
      Deno.renameSync(home.file(".aws/config"), home.file(".aws/other"));
      return { env: { AWS_CONFIG_FILE: home.file(".aws/other") } };
    },
    programs: 1,
  },
  {
    name: "AWS_CONFIG_FILE relative to where it was started",
    start: (home) => {
      Deno.renameSync(home.file(".aws/config"), home.file(".aws/other"));
      return { cwd: home.file(".aws/sso"), env: { AWS_CONFIG_FILE: "../other" } };
    },
    programs: 3,
  },
];

function folder(home: Home, name: string): string {
  Deno.mkdirSync(home.file(name));
  return home.file(name);
}

/** A link of that name to `target`. */
function link(home: Home, target: string, name: string): string {
  Deno.symlinkSync(target, home.file(name));
  return home.file(name);
}

Deno.test({
  name: "check refreshes from wherever it is started, with no more programs than that takes",
  ...needs("places", "strace"),
  async fn(t) {
    await sideBySide(t, PLACES, async ({ start, programs }) => {
      await using scene = await makeScene();
      const { home, aws, session } = scene;
      const options = start(home);
      const run = await traced(home, ["check"], { ...options, calls: ["execve"] });
      assert.equal(run.code, 0, said(run));
      assert.equal(scene.token().includes(aws.session(session.id).accessToken), true);
      assert.equal(aws.count("CreateToken"), 1);
      assert.equal(run.calls.length, programs, run.calls.map(({ text }) => text).join("\n"));
    });
  },
});

interface Dead {
  readonly name: string;
  start(home: Home): RunOptions;
  readonly says: RegExp;
}

const DEAD_ENDS: readonly Dead[] = [
  {
    name: "HOME that does not exist",
    start: (home) => ({ env: { HOME: home.file("missing") } }),
    says: /Cannot start in the home directory ".*\/missing": it does not exist\n {2}→ set HOME/,
  },
  {
    name: "HOME that does not exist, although told that this is the place",
    start: (home) => ({ env: { HOME: home.file("missing"), SSO_HEAL_CWD: "/" } }),
    says: /Cannot start in the home directory ".*\/missing": it does not exist/,
  },
  {
    name: "HOME that is a file",
    start: (home) => ({ env: { HOME: home.file(".aws/config") } }),
    says: /Cannot start in the home directory ".*\/config": it is not a directory/,
  },
  {
    name: "HOME that is relative",
    start: () => ({ env: { HOME: "home" } }),
    says: /Cannot use HOME = "home": not an absolute path/,
  },
  {
    name: "a token file that is a link to a place outside",
    start: (home) => {
      const [name] = [...home.texts(".aws/sso/cache").keys()];
      Deno.renameSync(home.file(name), home.file("token.json"));
      Deno.symlinkSync("../../../token.json", home.file(name));
      return {};
    },
    says: /\(a link to ".*\/token\.json"\): the target lies outside .*\n.*ln -s .*build sso-heal with a grant/,
  },
  {
    name: "AWS_CONFIG_FILE outside of ~/.aws",
    start: (home) => {
      Deno.renameSync(home.file(".aws/config"), home.file("config"));
      return { env: { AWS_CONFIG_FILE: home.file("config") } };
    },
    says: /lies outside the folders .*\n.*ln -s .*build sso-heal with read access/,
  },
];

Deno.test("check that cannot work where it is says why, and asks nobody", async (t) => {
  await sideBySide(t, DEAD_ENDS, async ({ start, says }) => {
    await using scene = await makeScene();
    const before = scene.token();
    const run = await scene.home.run(["check"], start(scene.home));
    assert.equal(run.code, 1, said(run));
    assert.match(run.err + run.out, says);
    assert.doesNotMatch(said(run), /Unexpected|^\s+at /m);
    assert.equal(scene.aws.requests.length, 0);
    assert.equal(scene.home.texts(".").get("./token.json") ?? scene.token(), before);
  });
});

Deno.test({
  name: "profiles looks into the home of the account when HOME is not set",
  ...needs("the home of the account", "strace"),
  async fn(t) {
    for (const HOME of ["", "/"]) {
      await t.step(HOME === "" ? "empty" : "the root, as in some containers", async () => {
        await using home = await makeHome();
        const run = await traced(home, ["profiles"], { calls: ["chdir"], env: { HOME } });
        assert.doesNotMatch(said(run), /Requires|NotCapable|Cannot find the home|Cannot start/);
        assert.equal(run.calls.at(-1)?.path, HOME || userInfo().homedir);
      });
    }
  },
});

Deno.test("check renews the token behind a link inside ~/.aws and leaves the link", async () => {
  await using scene = await makeScene();
  const { home, aws, session } = scene;
  const name = `.aws/sso/cache/${session.fileName}`;
  Deno.mkdirSync(home.file(".aws/kept"));
  Deno.renameSync(home.file(name), home.file(".aws/kept/token.json"));
  Deno.symlinkSync("../../kept/token.json", home.file(name));
  const run = await home.run(["check"]);
  assert.equal(run.code, 0, said(run));
  assert.ok(Deno.lstatSync(home.file(name)).isSymlink);
  assert.ok(home.read(".aws/kept/token.json").includes(aws.session(session.id).accessToken));
});
