// Imported first by the worker that talks to AWS: takes away what could bring foreign code into it.
//
// A program of Deno 2.4 imports every file whose name it knows, whatever its permissions, and so reads any JSON. The
// bundle holds no such import (scripts/build.ts refuses one), but a worker made of a `data:` URL could, and the modules of
// the runtime (by `process.getBuiltinModule`) have workers, too.

// Under `deno test` the code is not bundled, and some of its packages look at `process`. (A worker is not told by
// `Deno.build.standalone` whether it is compiled.)
if (!import.meta.url.endsWith(".ts")) {
  for (const name of ["Worker", "process"]) Reflect.deleteProperty(globalThis, name);
}
