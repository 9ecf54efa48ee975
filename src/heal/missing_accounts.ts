// Tells a role that is not assigned from a person who has nothing to do with that account at all.
import { AwsError } from "../aws/client.ts";
import type { Session } from "../domain/session.ts";
import type { Token } from "../domain/token.ts";
import type { ProfileProof } from "../store/session_record.ts";
import type { Run } from "./context.ts";
import type { Proved } from "./prove.ts";
import { sessionTargets } from "./targets.ts";

const PAGE = 100;
/** More accounts than AWS lets an organisation have by default. */
const MOST_PAGES = 100;

/**
 * After a sign-in that none of the profiles can use: the proofs with words for accounts that whoever approved does not
 * have. That the list cannot be had changes nothing.
 */
export async function withMissingAccounts(run: Run, session: Session, token: Token, proved: Proved): Promise<Proved> {
  const isRefused = ({ ok, temporary }: ProfileProof) => !ok && !temporary;
  if (proved.tokenDead || proved.proofs.length === 0 || !proved.proofs.every(isRefused)) return proved;
  const accounts = await listAccounts(run, session, token);
  if (accounts === undefined) return proved;
  const ids = new Map(session.profiles.map(({ name, accountId }) => [name, accountId]));
  const proofs = proved.proofs.map((proof): ProfileProof => {
    const accountId = ids.get(proof.name);
    if (accountId === undefined || accounts.has(accountId)) return proof;
    const message = `Whoever approved has no access to account ${accountId} (profile ${proof.name})`;
    return { ...proof, code: "NoAccess", message };
  });
  return { ...proved, proofs };
}

async function listAccounts({ aws, system, log }: Run, session: Session, token: Token) {
  const { portal } = sessionTargets(session, system.env);
  const found = new Set<string>();
  try {
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const accessToken = token.accessToken.reveal();
      const answer = await aws.call("ListAccounts", portal, { accessToken, nextToken, maxResults: PAGE });
      for (const { accountId } of answer.accounts) found.add(accountId);
      nextToken = answer.nextToken;
      if (nextToken === undefined) return found;
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    log.info("cannot list the accounts of whoever approved", { session: session.name, error: error.message });
  }
  return undefined;
}
