import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseRepositoryName, sameRepository } from '../github/event/environment.js';
import { keepTrackingIssue } from '../github/publish/tracking-issue.js';
import { GITHUB_API } from '../github/repository/attestations.js';
import { createClient } from '../github/repository/client.js';
import { isNamedTo, readAudience } from '../survey/audience.js';
import { issueMarkdown } from '../survey/issue-markdown.js';
import { trendOf } from '../survey/trend.js';
import type { Command, CommandIo } from './command.js';
import { defineCommand } from './define-command.js';
import { SURVEY_ISSUE } from './definitions.js';
import { readSurvey } from './survey-merge.js';

const LONGEST_WAIT_MS = 10 * 60_000;

/** `survey issue DIR`: one issue that shows a survey and what changed since the last. */
export const surveyIssue: Command = defineCommand(SURVEY_ISSUE, async ({ values, positionals, io, wrong }) => {
  const name = values.repository === undefined ? null : parseRepositoryName(values.repository);
  if (name === null) return wrong('--repository is missing or wrong; expected owner/name.');
  const token = io.env['GH_TOKEN'] || io.env['GITHUB_TOKEN'];
  if (token === undefined || token === '')
    return wrong('GH_TOKEN is not set. It needs `issues: write` for the repository.');
  const document = await readSurvey(join(positionals[0] ?? '.', 'survey.json'), io);
  if (!document.ok) return wrong(document.error);
  const { previous } = values;
  // The first survey has no predecessor.
  const hasPrevious = previous !== undefined && existsSync(resolve(io.cwd, previous));
  const before = hasPrevious ? await readSurvey(previous, io) : null;
  if (before?.ok === false) io.stderr(`${before.error} It is shown without a trend.\n`);

  const started = Date.now();
  const client = createClient({
    token,
    apiUrl: io.env['GITHUB_API_URL'] || GITHUB_API,
    remainingMilliseconds: () => started + LONGEST_WAIT_MS - Date.now(),
    onWaiting: (sentence) => io.stderr(`${sentence}\n`),
  });
  const audience = await readAudience(client, name);
  if (!audience.ok) {
    io.stderr(`survey issue: ${audience.error.message} ${audience.error.fix} No issue was opened.\n`);
    return 2;
  }
  if (!isNamedTo({ visibility: document.value.names }, audience.value)) {
    io.stderr(
      `survey issue: The survey names what is ${document.value.names}, and ${values.repository} is ${audience.value.visibility}. No issue was opened: run the survey with --audience ${values.repository}, or choose a repository that is as private.\n`,
    );
    return 2;
  }
  const trend = before?.ok === true ? trendOf(document.value, before.value) : null;
  const { of, verdicts, repositoryCount } = document.value;
  const kept = await keepTrackingIssue({
    client,
    repository: name,
    job: `survey-${of.replace(/[^A-Za-z0-9_.-]/g, '-')}`,
    labels: [],
    assignees: [],
    title: `Base images of ${of}: ${verdicts.fail} of ${repositoryCount.surveyed} repositories fail`,
    markdown: issueMarkdown(document.value, trend, runOf(io, name)),
    done: false,
  });
  if (!kept.ok) {
    io.stderr(`survey issue: ${kept.error.message} ${kept.error.fix}\n`);
    return 2;
  }
  io.stdout(`The issue was ${kept.value === 'unchanged' ? 'left as it is' : kept.value}.\n`);
  return 0;
});

/** The run of GitHub Actions that this is a step of, in the repository of the issue: its artifacts hold the whole survey. */
function runOf(io: CommandIo, issueOf: { readonly owner: string; readonly name: string }): string | undefined {
  const { GITHUB_SERVER_URL: server = '', GITHUB_REPOSITORY: repository = '', GITHUB_RUN_ID: id = '' } = io.env;
  const own = parseRepositoryName(repository);
  const isRun = own !== null && /^https:\/\/[\w.:-]+$/.test(server) && /^\d+$/.test(id);
  return isRun && sameRepository(own, issueOf) ? `${server}/${repository}/actions/runs/${id}` : undefined;
}
