import { gzipSync } from 'node:zlib';
import { err, ok, type Result } from '../../lib/result.js';
import { andMore, plural } from '../../lib/text.js';
import { wait as byTheClock, type Wait } from '../../lib/wait.js';
import type { RepositoryName } from '../event/environment.js';
import type { GitHubClient } from '../repository/client.js';
import { attempt, type GitHubError, type Purpose } from '../repository/github-error.js';

/** @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#file-compression */
const MAX_GZIPPED_BYTES = 10 * 1024 * 1024;
/** Processing takes seconds; a queue at GitHub's can take longer, and is not worth a runner's time. */
const WAIT_MILLISECONDS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;
const MAX_SHOWN_ERRORS = 5;

export interface SarifUpload {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  readonly commit: string;
  readonly ref: string;
  readonly sarif: string;
  readonly wait?: Wait | undefined;
}

export type SarifOutcome = 'complete' | 'still-processing';

const UPLOADING: Purpose = { doing: 'upload to code scanning', permission: 'security-events: write' };

/**
 * Hands a SARIF document to code scanning and waits until GitHub has processed it, so that what it rejects is shown.
 * @see https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
 */
export async function uploadSarif(upload: SarifUpload): Promise<Result<SarifOutcome, GitHubError>> {
  const { client, repository, commit, ref } = upload;
  const place = { owner: repository.owner, repo: repository.name };
  const gzipped = gzipSync(upload.sarif);
  if (gzipped.byteLength > MAX_GZIPPED_BYTES) {
    return err({
      code: 'limit',
      doing: UPLOADING.doing,
      message: `Could not ${UPLOADING.doing}: the findings have ${plural(gzipped.byteLength, 'byte')} compressed; GitHub takes at most ${plural(MAX_GZIPPED_BYTES, 'byte')}.`,
      fix: 'Evaluate parts of the repository in separate jobs, with `paths`.',
    });
  }
  const sent = await attempt(UPLOADING, () =>
    client.rest.codeScanning.uploadSarif({ ...place, commit_sha: commit, ref, sarif: gzipped.toString('base64') }),
  );
  if (!sent.ok) return sent;
  const id = sent.value.data.id;
  if (id === undefined) return ok('still-processing');
  const wait = upload.wait ?? byTheClock;
  for (const milliseconds of WAIT_MILLISECONDS) {
    await wait(milliseconds);
    const state = await attempt(UPLOADING, () => client.rest.codeScanning.getSarif({ ...place, sarif_id: id }));
    // For a moment after the upload GitHub does not know it yet.
    if (!state.ok && state.error.code === 'not-found') continue;
    if (!state.ok) return state;
    const { processing_status: status, errors } = state.value.data;
    if (status === 'complete') return ok('complete');
    if (status === 'failed') return err(processingFailed(errors ?? []));
  }
  return ok('still-processing');
}

/** Looking further back finds what later analyses have replaced. */
const MAX_ANALYSES = 100;
const LISTING: Purpose = { doing: 'read the analyses of code scanning', permission: 'security-events: write' };

/**
 * Whether the newest analysis of a category on a ref has findings. One of the same commit does not count: another job of
 * this run may have uploaded it.
 * @see https://docs.github.com/en/rest/code-scanning/code-scanning#list-code-scanning-analyses-for-a-repository
 */
export async function hasOpenAnalysis(
  { client, repository, commit, ref }: Pick<SarifUpload, 'client' | 'repository' | 'commit' | 'ref'>,
  category: string,
): Promise<Result<boolean, GitHubError>> {
  const listed = await attempt(LISTING, () =>
    client.rest.codeScanning.listRecentAnalyses({
      owner: repository.owner,
      repo: repository.name,
      ref,
      tool_name: 'base-image-gate',
      per_page: MAX_ANALYSES,
    }),
  );
  // GitHub answers so for a ref without analyses.
  if (!listed.ok) return listed.error.code === 'not-found' ? ok(false) : listed;
  const newest = listed.value.data.find((one) => one.category?.replace(/\/$/, '') === category);
  return ok(newest !== undefined && newest.results_count > 0 && newest.commit_sha !== commit);
}

function processingFailed(errors: readonly string[]): GitHubError {
  const shown = errors.slice(0, MAX_SHOWN_ERRORS).join(' · ');
  return {
    code: 'rejected',
    doing: UPLOADING.doing,
    message: `Code scanning could not process the findings: ${shown || 'GitHub gave no reason'}${andMore(errors.length - MAX_SHOWN_ERRORS)}.`,
    fix: 'The findings are in the job summary and in the output report-sarif. Report a bug with this message.',
  };
}
