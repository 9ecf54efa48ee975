// Where a linked file really lies: we replace the file, where botocore's `os.replace` would replace the link.

const MOST_LINKS = 40;

/**
 * The path at which the file `path` has to be replaced so that the links to it stay. A path that is no link is
 * returned as it is, also below a linked folder: `~/.aws/team -> /srv/team` makes `~/.aws/team/x` writable although
 * `/srv/team/x` is outside the grants, and resolving that folder would lose it. A link to nothing gives the place where
 * its target would be.
 *
 * A target outside the grants is returned too: opening it fails, and then it can be named.
 *
 * @throws an error with code `ELOOP` for links that lead in a circle.
 */
export async function realTarget(path: string): Promise<string> {
  let place = path;
  for (let links = 0; await isLink(place); links++) {
    if (links === MOST_LINKS) throw Object.assign(new Error("too many links"), { code: "ELOOP" });
    const text = await Deno.readLink(place);
    place = text.startsWith("/") ? text : `${place.slice(0, place.lastIndexOf("/"))}/${text}`;
  }
  if (place === path) return path;
  const real = await realPath(path);
  if (real === undefined) return place;
  // Deno takes `..` away before it asks the system, which goes wrong behind a linked folder: then the system's word.
  return await realPath(place) === real ? place : real;
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (isAbsentOrForeign(error)) return undefined;
    throw error;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (isAbsentOrForeign(error)) return false;
    throw error;
  }
}

function isAbsentOrForeign(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable;
}
