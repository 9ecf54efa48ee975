// All processes of the machine, as far as this user may look (Linux).

export interface Process {
  readonly pid: number;
  /** Arguments and variables, each ended by NUL. */
  readonly cmdline: string;
  readonly environ: string;
  readonly comm: string;
}

/** Those that live now; one that ends meanwhile is left out. */
export function processes(): Process[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    const read = (file: string) => Deno.readTextFileSync(`/proc/${name}/${file}`);
    try {
      return { pid: Number(name), cmdline: read("cmdline"), environ: read("environ"), comm: read("comm") };
    } catch {
      // It has ended, or is somebody else's: then it is not one of ours.
      return [];
    }
  });
}
