// Proves where the files of AWS are looked for, and that one that cannot be read becomes a problem with a way out.
import assert from "node:assert/strict";
import { configPath, credentialsPath, expandPath, readAwsFiles } from "./config_file.ts";

async function inTempDir(use: (home: string) => void | Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${home}/.aws`);
    await use(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("configPath() and credentialsPath() follow the variables of the AWS clients", () => {
  const place = { home: "/h", cwd: "/w" };
  assert.equal(configPath({ ...place, env: {} }), "/h/.aws/config");
  assert.equal(credentialsPath({ ...place, env: {} }), "/h/.aws/credentials");
  assert.equal(configPath({ ...place, env: { AWS_CONFIG_FILE: "~/.aws/other" } }), "/h/.aws/other");
  assert.equal(configPath({ ...place, env: { AWS_CONFIG_FILE: "" } }), "/h/.aws/config");
  assert.equal(credentialsPath({ ...place, env: { AWS_SHARED_CREDENTIALS_FILE: "keys" } }), "/w/keys");
});

Deno.test("expandPath() expands as Python does and stays below the physical home", () => {
  const place = { home: "/var/home/u", cwd: "/w", env: { HOME: "/home/u/", AWS_PROFILE: "dev" } };
  const rows: [path: string, expanded: string][] = [
    ["/etc/aws", "/etc/aws"],
    ["~", "/var/home/u"],
    ["~/x", "/var/home/u/x"],
    ["~other/x", "/w/~other/x"],
    ["$HOME/x", "/var/home/u/x"],
    ["${HOME}/x", "/var/home/u/x"],
    ["/home/u/.aws/x", "/var/home/u/.aws/x"],
    ["/home/user2/x", "/home/user2/x"],
    ["/c/$AWS_PROFILE/x", "/c/dev/x"],
    ["/c/${AWS_PROFILE}x", "/c/devx"],
    ["/c/$NOT_KNOWN/x", "/c/$NOT_KNOWN/x"],
    ["/c/$", "/c/$"],
    ["x/y", "/w/x/y"],
  ];
  for (const [path, expanded] of rows) assert.equal(expandPath(path, place), expanded, path);
});

Deno.test("readAwsFiles() takes missing files for empty ones", async () => {
  await inTempDir(async (home) => {
    assert.deepEqual(await readAwsFiles({ home, cwd: home, env: {} }), {
      config: undefined,
      credentials: undefined,
      problems: [],
    });
    const nowhere = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
    assert.deepEqual((await readAwsFiles({ home, cwd: home, env: nowhere })).problems, []);
  });
});

Deno.test("readAwsFiles() reads both files, wherever the variables say", async () => {
  await inTempDir(async (home) => {
    await Deno.writeTextFile(`${home}/.aws/other`, "[profile a]\nk = v\n");
    await Deno.writeTextFile(`${home}/.aws/credentials`, "[b]\nk = v\n");
    const { config, credentials, problems } = await readAwsFiles({
      home,
      cwd: home,
      env: { AWS_CONFIG_FILE: "~/.aws/other" },
    });
    assert.deepEqual(problems, []);
    assert.equal(config?.path, `${home}/.aws/other`);
    assert.equal(config?.document.sections[0].header, "profile a");
    assert.equal(credentials?.document.sections[0].entries[0].file, `${home}/.aws/credentials`);
  });
});

Deno.test("readAwsFiles() tells why a file cannot be read and still reads the other one", async () => {
  await inTempDir(async (home) => {
    await Deno.writeTextFile(`${home}/.aws/credentials`, "[b]\nk = v\n");
    await Deno.mkdir(`${home}/.aws/config`);
    await Deno.symlink("loop", `${home}/.aws/loop`);
    await Deno.writeFile(`${home}/.aws/latin1`, new Uint8Array([0x23, 0xe4, 0x0a]));
    const rows: [file: string, code: string, message: RegExp, hint: RegExp][] = [
      ["config", "ConfigUnreadable", /: it is a folder$/, /^move the folder ".*\/\.aws\/config" away$/],
      ["loop", "ConfigUnreadable", /: the system says \w+$/, /must be a readable file$/],
      ["credentials/x", "ConfigUnreadable", /: the system says \w+$/, /must be a readable file$/],
      ["latin1", "ConfigNotUtf8", /: it is not UTF-8 text$/, /as UTF-8$/],
      ["$DIR/x", "UnknownVariable", /names a variable that is not known here$/, /^write the whole path/],
    ];
    for (const [file, code, message, hint] of rows) {
      const env = { AWS_CONFIG_FILE: `${home}/.aws/${file}` };
      const { config, credentials, problems } = await readAwsFiles({ home, cwd: home, env });
      assert.equal(config, undefined, file);
      assert.equal(credentials?.document.sections.length, 1, file);
      assert.deepEqual(problems.map(({ code, file }) => [code, file]), [[code, `${home}/.aws/${file}`]]);
      assert.match(problems[0].message, message);
      assert.match(problems[0].hint, hint);
    }
  });
});

Deno.test({
  name: "readAwsFiles() names the way out for a file outside the grants",
  permissions: { read: [] },
  fn: async () => {
    const { problems } = await readAwsFiles({
      home: "/h",
      cwd: "/h",
      env: { AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
    });
    assert.deepEqual(problems.map(({ code, file }) => [code, file]), [["ConfigUnreadable", "/h/.aws/config"]]);
    assert.match(problems[0].message, /outside the folders this program may touch$/);
    assert.match(problems[0].hint, /ln -s FOLDER ~\/\.aws\/NAME/);
  },
});
