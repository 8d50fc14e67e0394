import { bufferSource } from '../../lib/byte-source.js';
import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { readZipDirectory, readZipEntry, type ZipLimits } from '../../lib/zip.js';
import type { Report } from '../../reports/report.js';
import type { RepositoryName } from '../event/environment.js';
import type { GitHubClient } from '../repository/client.js';
import { firstPages, PAGE_SIZE } from '../repository/first-pages.js';
import { attempt, type GitHubError, type Purpose } from '../repository/github-error.js';
import { MAX_REPORT_BYTES, parseUntrustedReport } from './untrusted-report.js';

/** Where a run left its report. */
export interface ReportArtifact {
  readonly repository: RepositoryName;
  readonly runId: number;
  /** The artifact's name. */
  readonly name: string;
}

/** What became of reading it: `nothing` says why there is none, which is no error. */
export type ArtifactRead = { readonly report: Report } | { readonly nothing: string };

const FILE = 'report.json';
const READING: Purpose = { doing: 'read the artifact of the run', permission: 'actions: read' };
const MAX_PAGES = 10;
const ZIP_LIMITS: ZipLimits = {
  entries: 1_000,
  directoryBytes: 1024 * 1024,
  entryBytes: MAX_REPORT_BYTES,
};

/**
 * Reads the report out of a run's artifact, in memory: nothing of the archive, which an untrusted party packed, is unpacked to
 * a disk, followed or run. Of several artifacts of the name, as attempts of one run leave them, the newest counts.
 * Fails with what GitHub answered, or with a sentence about the artifact.
 */
export async function readReportArtifact(
  client: GitHubClient,
  artifact: ReportArtifact,
): Promise<Result<ArtifactRead, GitHubError | string>> {
  const { repository, runId, name } = artifact;
  const place = { owner: repository.owner, repo: repository.name };
  const listed = await attempt(READING, () =>
    firstPages(
      client.paginate.iterator(client.rest.actions.listWorkflowRunArtifacts, {
        ...place,
        run_id: runId,
        name,
        per_page: PAGE_SIZE,
      }),
      MAX_PAGES,
    ),
  );
  if (!listed.ok) return listed;
  const [newest] = listed.value.items.toSorted((a, b) => b.id - a.id);
  if (newest === undefined) {
    return ok({
      nothing: `The run has no artifact named ${name}: it stopped before writing a report, or uploaded it under another name.`,
    });
  }
  if (newest.expired) {
    return ok({ nothing: `The artifact ${name} has expired. Run the gate again to post its report.` });
  }
  if (newest.size_in_bytes > MAX_REPORT_BYTES) {
    return err(
      `The artifact ${name} has ${plural(newest.size_in_bytes, 'byte')}; at most ${plural(MAX_REPORT_BYTES, 'byte')} are read.`,
    );
  }
  const downloaded = await attempt(READING, () =>
    client.rest.actions.downloadArtifact({ ...place, artifact_id: newest.id, archive_format: 'zip' }),
  );
  if (!downloaded.ok) {
    if (downloaded.error.status === 410) return ok({ nothing: `The artifact ${name} has expired.` });
    return downloaded;
  }
  const { data } = downloaded.value;
  if (!(data instanceof ArrayBuffer)) return err(`GitHub returned something other than an archive for ${name}.`);
  const text = fileOf(data);
  if (!text.ok) return err(`The artifact ${name} could not be read: ${text.error}.`);
  const report = parseUntrustedReport(text.value);
  return report.ok ? ok({ report: report.value }) : report;
}

/** The text of the one report in an archive. Fails with a clause. */
function fileOf(archive: ArrayBuffer): Result<string, string> {
  const source = bufferSource(Buffer.from(archive));
  const entries = readZipDirectory(source, ZIP_LIMITS);
  if (!entries.ok) return err(entries.error.reason);
  const [entry, ...others] = entries.value.filter(({ name }) => name === FILE);
  if (entry === undefined) return err(`it has no ${FILE} at its root; upload only the file that report-json names`);
  if (others.length > 0) return err(`it has ${FILE} ${others.length + 1} times`);
  const read = readZipEntry(source, entry, ZIP_LIMITS);
  return read.ok ? ok(read.value.toString('utf8')) : err(read.error.reason);
}
