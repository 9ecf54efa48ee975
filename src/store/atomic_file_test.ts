// Proves that a file is never seen half-written, also when the writer is killed, and that failures leave nothing behind.
import assert from "node:assert/strict";
import { lineReader, startScript } from "../../tests/support/second_process.ts";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import { prepareFile, writeAll, writeFileAtomic } from "./atomic_file.ts";
import { sweepTemporary } from "./temporary.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const namesIn = (dir: string) => [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();
const HOME_GRANTS = ["--allow-read=.aws", "--allow-write=.aws"];

Deno.test("writeFileAtomic() makes the file 0600 and its folders 0700", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/.aws/sso/cache/a.json`;
    await writeFileAtomic(file, bytesOf("one"));
    assert.equal(Deno.readTextFileSync(file), "one");
    assert.equal(modeOf(file), "0600");
    for (const folder of [".aws", ".aws/sso", ".aws/sso/cache"]) assert.equal(modeOf(`${home}/${folder}`), "0700");
  });
});

Deno.test("writeFileAtomic() replaces longer, shorter and empty content and leaves no other file", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/a.json`;
    for (const text of ["first", "a much longer second content", "x", ""]) {
      await writeFileAtomic(file, bytesOf(text));
      assert.equal(Deno.readTextFileSync(file), text);
    }
    assert.deepEqual(namesIn(home), ["a.json"]);
  });
});

Deno.test("writeFileAtomic() gives the file the mode it is told, whatever mode it had", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/credentials`;
    await writeFileAtomic(file, bytesOf("1"), { mode: 0o644 });
    assert.equal(modeOf(file), "0644");
    await writeFileAtomic(file, bytesOf("2"));
    assert.equal(modeOf(file), "0600");
  });
});

Deno.test("prepareFile() reserves the size beside the target and touches nothing else", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/a.json`;
    Deno.writeTextFileSync(file, "old");
    const prepared = await prepareFile(file, 5000);
    assert.equal(Deno.readTextFileSync(file), "old");
    assert.match(prepared.temporary, new RegExp(`^${home}/\\.sso-heal-[0-9a-z-]+\\.tmp$`));
    assert.equal(Deno.statSync(prepared.temporary).size, 5000);
    assert.equal(modeOf(prepared.temporary), "0600");
    await writeFileAtomic(file, bytesOf("new"), { prepared });
    assert.equal(Deno.readTextFileSync(file), "new");
    assert.deepEqual(namesIn(home), ["a.json"]);
  });
});

Deno.test("writeFileAtomic() also takes more bytes than were prepared", async () => {
  await withTemporaryHome(async (home) => {
    const prepared = await prepareFile(`${home}/a`, 1);
    await writeFileAtomic(`${home}/a`, bytesOf("longer than that"), { prepared });
    assert.equal(Deno.readTextFileSync(`${home}/a`), "longer than that");
  });
});

Deno.test("discard() removes the temporary file, twice if asked", async () => {
  await withTemporaryHome(async (home) => {
    const prepared = await prepareFile(`${home}/a`, 10);
    await prepared.discard();
    await prepared.discard();
    assert.deepEqual(namesIn(home), []);
    await assert.rejects(writeFileAtomic(`${home}/a`, bytesOf("x"), { prepared }), TypeError);
  });
});

Deno.test("writeFileAtomic() names the file, the state and the way out, and leaves the old file alone", async () => {
  await withTemporaryHome(async (home) => {
    Deno.writeTextFileSync(`${home}/file`, "old");
    Deno.mkdirSync(`${home}/folder/full`, { recursive: true });
    Deno.symlinkSync(`${home}/circle`, `${home}/circle`);
    const rows: [path: string, message: RegExp][] = [
      [`${home}/file/below`, /^Cannot write ".*\/file\/below": a part of its path is a file$/],
      [`${home}/folder`, /^Cannot write ".*\/folder": it is a folder$/],
      [`${home}/circle`, /^Cannot write ".*\/circle": its links lead in a circle$/],
    ];
    for (const [path, message] of rows) {
      await assert.rejects(writeFileAtomic(path, bytesOf("new")), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.equal(error.hints.length, 1);
        return true;
      });
    }
    assert.equal(Deno.readTextFileSync(`${home}/file`), "old");
    assert.deepEqual(namesIn(home), ["circle", "file", "folder"]);
    assert.deepEqual(namesIn(`${home}/folder`), ["full"]);
  });
});

Deno.test("writeFileAtomic() keeps links and replaces what they lead to", async () => {
  await withTemporaryHome(async (home) => {
    Deno.mkdirSync(`${home}/.aws/shelf`, { recursive: true });
    Deno.mkdirSync(`${home}/elsewhere/deep`, { recursive: true });
    Deno.writeTextFileSync(`${home}/.aws/shelf/real`, "old");
    Deno.writeTextFileSync(`${home}/elsewhere/real`, "old");
    const rows: [link: string, text: string, real: string][] = [
      [".aws/relative", "shelf/real", ".aws/shelf/real"],
      [".aws/absolute", `${home}/.aws/shelf/real`, ".aws/shelf/real"],
      [".aws/chain", "relative", ".aws/shelf/real"],
      [".aws/dangling", "shelf/none", ".aws/shelf/none"],
      [".aws/outer", `${home}/elsewhere/deep`, ".aws/outer"],
      [".aws/up", "outer/../real", "elsewhere/real"],
    ];
    for (const [link, text] of rows) Deno.symlinkSync(text, `${home}/${link}`);
    for (const [link, text, real] of rows) {
      if (link === ".aws/outer") continue;
      await writeFileAtomic(`${home}/${link}`, bytesOf(link));
      assert.equal(Deno.readTextFileSync(`${home}/${real}`), link);
      assert.equal(Deno.readLinkSync(`${home}/${link}`), text);
    }
  });
});

Deno.test("writeFileAtomic() writes below a linked folder and refuses a link out of the grants by its target", async () => {
  await withTemporaryHome(async (home) => {
    Deno.mkdirSync(`${home}/.aws`);
    Deno.mkdirSync(`${home}/team`);
    Deno.writeTextFileSync(`${home}/team/credentials`, "old");
    Deno.symlinkSync(`${home}/team`, `${home}/.aws/team`);
    Deno.symlinkSync("team/credentials", `${home}/.aws/inside`);
    Deno.symlinkSync(`${home}/team/credentials`, `${home}/.aws/outside`);
    const process = startScript(
      `
      import { writeFileAtomic } from "ROOT/src/store/atomic_file.ts";
      for (const name of ["team/credentials", "inside", "outside", "../team/x"]) {
        const told = await writeFileAtomic(Deno.cwd() + "/.aws/" + name, new TextEncoder().encode(name)).then(
          () => "written",
          (error) => [error.name, error.message, ...error.hints].join(" | "),
        );
        console.log(told);
      }`,
      home,
      HOME_GRANTS,
    );
    const next = lineReader(process);
    assert.equal(await next(), "written");
    assert.equal(await next(), "written");
    assert.equal(Deno.readTextFileSync(`${home}/team/credentials`), "inside");
    const refusal = await next();
    assert.ok(refusal.includes(`"${home}/.aws/outside" (a link to "${home}/team/credentials")`), refusal);
    assert.match(
      refusal,
      /^UserError \| Cannot write .*: the target lies outside the folders .*ln -s '.*\/team' ~\/\.aws/,
    );
    assert.match(await next(), /^UserError \| Cannot write ".*": it lies outside the folders sso-heal may touch/);
    assert.equal((await process.status).success, true);
    assert.equal(Deno.readTextFileSync(`${home}/team/credentials`), "inside");
  });
});

Deno.test("writeFileAtomic() shows readers the old or the new file while it is killed again and again", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/.aws/token.json`;
    const contents = ["a".repeat(10), "b".repeat(200_000)];
    await writeFileAtomic(file, bytesOf(contents[0]));
    let seen = "";
    for (let round = 0; round < 5; round++) {
      const process = startScript(
        `
        import { prepareFile, writeFileAtomic } from "ROOT/src/store/atomic_file.ts";
        const file = Deno.cwd() + "/.aws/token.json";
        const contents = ["a".repeat(10), "b".repeat(200_000)].map((text) => new TextEncoder().encode(text));
        console.log("begin");
        for (let at = 1;; at++) {
          await writeFileAtomic(file, contents[at % 2], { prepared: await prepareFile(file, 100_000) });
          if (at === 3) console.log("going");
        }`,
        home,
        HOME_GRANTS,
      );
      const next = lineReader(process);
      await next();
      await next();
      for (let look = 0; look < 200 + round * 37; look++) {
        const content = await Deno.readTextFile(file);
        assert.ok(contents.includes(content), `saw ${content.length} bytes`);
        if (!seen.includes(content[0])) seen += content[0];
      }
      process.kill("SIGKILL");
      await process.status;
      assert.ok(contents.includes(Deno.readTextFileSync(file)));
      assert.deepEqual(namesIn(`${home}/.aws`).filter((name) => !/^(token\.json|\.sso-heal-.*\.tmp)$/.test(name)), []);
    }
    assert.equal([...seen].sort().join(""), "ab");
    sweepTemporary(`${home}/.aws`, Date.now() + 11 * 60_000);
    assert.deepEqual(namesIn(`${home}/.aws`), ["token.json"]);
  });
});

Deno.test("writeAll() goes on where a write took only a part", async () => {
  const taken: number[] = [];
  const sink = {
    write(bytes: Uint8Array) {
      taken.push(...bytes.slice(0, 3));
      return Promise.resolve(Math.min(3, bytes.length));
    },
  };
  await writeAll(sink, new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
  assert.deepEqual(taken, [1, 2, 3, 4, 5, 6, 7]);
  await assert.rejects(writeAll({ write: () => Promise.resolve(0) }, new Uint8Array(1)), /wrote nothing/);
});

Deno.test("sweepTemporary() removes only our own files that are older than ten minutes", async () => {
  await withTemporaryHome((home) => {
    const now = 1_800_000_000_000;
    const rows: [name: string, ageMs: number, stays: boolean][] = [
      [".sso-heal-1.tmp", 10 * 60_000 + 1, false],
      [".sso-heal-2.tmp", 10 * 60_000, true],
      [".sso-heal-3.tmp", -60_000, true],
      [".sso-heal-4.json", 99 * 60_000, true],
      ["sso-heal-5.tmp", 99 * 60_000, true],
      ["ab12.json", 99 * 60_000, true],
      ["tmpabc.tmp", 99 * 60_000, true],
    ];
    for (const [name, ageMs] of rows) {
      Deno.writeTextFileSync(`${home}/${name}`, "");
      Deno.utimeSync(`${home}/${name}`, (now - ageMs) / 1000, (now - ageMs) / 1000);
    }
    Deno.symlinkSync("ab12.json", `${home}/.sso-heal-link.tmp`);
    assert.equal(sweepTemporary(home, now), 1);
    const expected = [".sso-heal-link.tmp", ...rows.filter(([, , stays]) => stays).map(([name]) => name)].sort();
    assert.deepEqual(namesIn(home), expected);
    assert.equal(sweepTemporary(`${home}/none`, now), 0);
  });
});
