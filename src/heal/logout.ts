// Ends sessions: AWS is told, and only the files that belong to them go.
import { AwsError } from "../aws/client.ts";
import { rolePath } from "../aws/role_cache.ts";
import { readRegistration } from "../aws/registration_cache.ts";
import { readToken, readTokenAt, tokenPath } from "../aws/token_cache.ts";
import type { Choice, Selected } from "../domain/select.ts";
import { UserError } from "../domain/problem.ts";
import type { Fault, LogoutReport } from "../domain/report.ts";
import { listTemporary } from "../store/temporary.ts";
import { awsPaths, pendingLoginPath, sessionRecordPath } from "../store/paths.ts";
import { readPendingLogin } from "../store/pending_login.ts";
import { removeFile } from "../store/remove_file.ts";
import { chooseSessions } from "./choose.ts";
import type { Connection, Context } from "./context.ts";
import { faultOf } from "./faults.ts";
import { caCertsOf, hostsOf, sessionTargets } from "./targets.ts";
import { withSessionLock } from "./update_record.ts";

const LOCK_MS = 30_000;

/** Logs out of the chosen sessions. @throws {UserError} when it is not clear which (exit 2). */
export async function logout(
  context: Context,
  { choice, all }: { readonly choice: Choice; readonly all: boolean },
): Promise<LogoutReport[]> {
  const { system } = context;
  const { selected } = await chooseSessions(system, all ? { sessions: ["*"], profiles: [] } : choice);
  const tokens = await Promise.all(selected.map(({ session }) => readToken(system, session)));
  const alive = selected.filter((_, index) => tokens[index].kind === "token");
  const connection = alive.length === 0
    ? undefined
    : await context.connect(hostsOf(alive, system.env), caCertsOf(alive, system));
  try {
    const reports: LogoutReport[] = [];
    for (const each of selected) reports.push(await tryLogout(context, connection, each));
    return reports;
  } finally {
    connection?.close();
  }
}

/** Whatever stands in the way of one session is its own matter: the others are signed out. */
async function tryLogout(...given: Parameters<typeof logoutOf>): Promise<LogoutReport> {
  try {
    return await logoutOf(...given);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { session: given[2].session.name, removed: [], told: false, error: faultFor(error) };
  }
}

function faultFor(error: unknown): Fault {
  const { temporary: _, ...fault } = faultOf(error);
  return fault;
}

async function logoutOf(
  { system, log }: Context,
  connection: Connection | undefined,
  { session }: Selected,
): Promise<LogoutReport> {
  // Under the lock, so that no refresh under way brings the token back.
  return await withSessionLock(system, session.name, LOCK_MS, async () => {
    const file = await readToken(system, session);
    let error: Fault | undefined;
    if (file.kind === "token") {
      error = await tell(connection, session, file.token.accessToken.reveal(), system.env);
    }
    const told = file.kind === "token" && error === undefined;
    const { home } = system;
    const roles = session.profiles.flatMap(({ accountId, roleName }) =>
      accountId && roleName ? [rolePath(home, session, { accountId, roleName })] : []
    );
    const registration = await readRegistration(system, session);
    // A login that was killed may have left a token of another client, and a check would bring it back.
    const clients = [
      file.kind === "token" ? file.token.clientId : undefined,
      readPendingLogin(home, session)?.clientId,
      registration.kind === "registration" ? registration.registration.clientId : undefined,
    ];
    const leftovers = listTemporary(awsPaths(home).ssoCache).filter((path) => {
      const left = readTokenAt(path, session);
      // Another session may have the same start URL, and its refresh may be under way.
      return left?.startUrl === session.startUrl && (file.kind !== "token" || clients.includes(left.clientId));
    });
    const own = [sessionRecordPath(home, session.name), pendingLoginPath(home, session.name)];
    const files = [tokenPath(home, session), ...leftovers, ...roles, ...own];
    const removed: string[] = [];
    for (const path of new Set(files)) {
      try {
        if (removeFile(path)) removed.push(path);
      } catch (obstacle) {
        // The other files go all the same. That one stays is worse than that AWS was not told.
        error = faultFor(obstacle);
      }
    }
    log.info("logged out", { session: session.name, told, error: error?.message });
    return { session: session.name, removed, told, error };
  });
}

async function tell(
  aws: Connection | undefined,
  session: Selected["session"],
  accessToken: string,
  env: Context["system"]["env"],
): Promise<Fault | undefined> {
  const hint = "the files are gone; at AWS the access token lives on until it ends by itself";
  if (aws === undefined) return { code: "NotTold", message: "Somebody signed in just now, and AWS was not told", hint };
  try {
    await aws.call("Logout", sessionTargets(session, env).portal, { accessToken });
  } catch (error) {
    // A token that AWS does not know any more is what a logout is for.
    if (error instanceof AwsError && error.failure.status === 401) return undefined;
    const { code, message } = faultOf(error);
    return { code, message, hint };
  }
}
