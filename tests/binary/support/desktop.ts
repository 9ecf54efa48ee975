// A machine with a desktop, for commands that open a browser.
import assert from "node:assert/strict";
import { makeScene, type Scene } from "./scene.ts";
import { until } from "./until.ts";

/** A machine with a desktop, whose browser is a script with a folder of its own. */
export interface Desktop extends AsyncDisposable {
  readonly it: Scene;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Lines of a file in the folder; none while it is not there. */
  lines(file: string): string[];
  /** Waits until there is such a file; the browser need not be done when the program is. */
  written(file: string): Promise<void>;
}

/** What a machine with other work needs at most. */
const PATIENT_MS = 20_000;

/** `script` is what the program `name` does when it is started; `$S` is the folder. */
export async function makeDesktop(script: string, name = "xdg-open"): Promise<Desktop> {
  const it = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const folder = await Deno.makeTempDir({ prefix: "sso-heal-desktop-" });
  Deno.mkdirSync(`${folder}/bin`);
  Deno.writeTextFileSync(`${folder}/bin/${name}`, `#!/bin/sh\nS=${folder}\n${script}`, { mode: 0o700 });
  const desktop: Desktop = {
    it,
    folder,
    env: { PATH: `${folder}/bin:/usr/bin:/bin`, DISPLAY: ":0", LD_LIBRARY_PATH: "/nowhere" },
    lines(file) {
      try {
        return Deno.readTextFileSync(`${folder}/${file}`).split("\n").filter((line) => line !== "");
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
    async written(file) {
      const tooLong = Promise.withResolvers<void>();
      const timer = setTimeout(tooLong.resolve, PATIENT_MS);
      assert.ok(await until(() => desktop.lines(file).length > 0, [tooLong.promise]), `there is no ${file}`);
      clearTimeout(timer);
    },
    async [Symbol.asyncDispose]() {
      await it[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
  return desktop;
}

/** Pages for a browser that are still there. */
export function pagesLeft({ home }: Scene): string[] {
  return [...home.texts(".local/state/sso-heal").keys()].filter((path) => path.endsWith(".html"));
}
