// Every file the program reads or writes, in one place: all of them lie below the home directory.
import { sha1 } from "../domain/sha1.ts";

/** Files of our own, below `.local/state/sso-heal`. All paths are absolute when `home` is. */
export interface StatePaths {
  readonly dir: string;
  readonly sessions: string;
  readonly pending: string;
  readonly locks: string;
  readonly alerts: string;
  readonly history: string;
  readonly heartbeat: string;
  readonly service: string;
  readonly metrics: string;
  readonly log: string;
  /** What a check of launchd says that cannot even start; launchd writes it. */
  readonly launchdErrors: string;
}

export function statePaths(home: string): StatePaths {
  const dir = `${home}/.local/state/sso-heal`;
  return {
    dir,
    sessions: `${dir}/sessions`,
    pending: `${dir}/pending`,
    // Not beside the AWS caches: `aws sso logout` reads every file there and fails on one that holds a bare number.
    locks: `${dir}/locks`,
    alerts: `${dir}/alerts.json`,
    history: `${dir}/history.jsonl`,
    heartbeat: `${dir}/heartbeat`,
    service: `${dir}/service.json`,
    metrics: `${dir}/metrics.prom`,
    log: `${dir}/log/sso-heal.log`,
    launchdErrors: `${dir}/log/launchd.err.log`,
  };
}

/** Files of the AWS CLI and the SDKs where no environment variable moves them (the caches cannot be moved). */
export interface AwsPaths {
  readonly dir: string;
  readonly config: string;
  readonly credentials: string;
  readonly ssoCache: string;
  readonly cliCache: string;
}

export function awsPaths(home: string): AwsPaths {
  const dir = `${home}/.aws`;
  return {
    dir,
    config: `${dir}/config`,
    credentials: `${dir}/credentials`,
    ssoCache: `${dir}/sso/cache`,
    cliCache: `${dir}/cli/cache`,
  };
}

/** The user's own configuration of sso-heal, and the variables that `install` keeps beside it. */
export interface ConfigPaths {
  readonly dir: string;
  readonly file: string;
  readonly env: string;
}

export function configPaths(home: string): ConfigPaths {
  const dir = `${home}/.config/sso-heal`;
  return { dir, file: `${dir}/config.ini`, env: `${dir}/env` };
}

/** Our record of one session; the name is hashed because a legacy session is called by its URL. */
export function sessionRecordPath(home: string, session: string): string {
  return `${statePaths(home).sessions}/${sha1(session)}.json`;
}

/** The login of one session that waits for a person. */
export function pendingLoginPath(home: string, session: string): string {
  return `${statePaths(home).pending}/${sha1(session)}.json`;
}

/** The lock under which one session is refreshed. */
export function sessionLockPath(home: string, session: string): string {
  return `${statePaths(home).locks}/session-${sha1(session)}.lock`;
}

/** The lock of the check that has something to do. */
export function runLockPath(home: string): string {
  return `${statePaths(home).locks}/check.lock`;
}

/** The lock of one session's pending login, held by whoever polls it. */
export function loginLockPath(home: string, session: string): string {
  return `${statePaths(home).locks}/login-${sha1(session)}.lock`;
}

/** The lock under which alerts are decided and sent. */
export function alertLockPath(home: string): string {
  return `${statePaths(home).locks}/alerts.lock`;
}
