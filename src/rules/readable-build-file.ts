import { z } from 'zod';
import { highestLevel } from '../policy/strictness.js';
import { type FileRule, levels } from './rule.js';

const options = z.strictObject({
  unreferenced: highestLevel().describe(
    "The highest level for a file that can't be parsed, that no build definition names, and that has no default name in a place where tools look for it. Such a file is mostly a fragment, a template or test data.",
  ),
});
type Options = z.infer<typeof options>;

function presets(): FileRule<Options>['presets'] {
  const strict = levels<Options>(
    { baseline: 'error', hardened: 'error', 'hardened-build': 'error', strict: 'error' },
    { unreferenced: 'error' },
  );
  return { ...strict, baseline: { level: 'error', options: { unreferenced: 'warning' } } };
}

/** A build file that BuildKit would refuse shows us nothing we could trust: neither "pass" nor "fail" would be true. */
export const readableBuildFile: FileRule<Options> = {
  id: 'readable-build-file',
  title: 'Build file can be read',
  question: 'Can the gate read it as BuildKit would?',
  why: "The gate sees a build through its build file. Where BuildKit itself would stop with a parse error, or the file is too large, not text or a link out of the repository, it is not known which images it pulls. Skipping such a file would be a way around the gate, so the answer is `indeterminate`, and the uses that can still be seen are evaluated. The same holds for workflows, Compose files, bake files, scripts and other build definitions: one that can't be read hides what it builds.",
  fix: [
    'Correct the line that the finding names; `docker build --check .` shows the same error.',
    'If a file has the name of a Dockerfile but is none, exclude it in the policy:',
    '',
    '```yaml',
    'files:',
    '  exclude: ["docs/**/Dockerfile.sample"]',
    '```',
  ].join('\n'),
  subject: 'file',
  roles: ['final', 'build', 'copy', 'frontend'],
  options,
  presets: presets(),
  controls: {
    'CM-6': 'A build file that can be read shows the settings by which an image is made.',
  },
  securitySeverity: 5,
  evaluate: ({ file }, { unreferenced }) => {
    if (file.status === 'skipped') {
      return { outcome: 'not-applicable', message: file.reason ?? 'The file is not a build file.' };
    }
    if (file.status === 'read') return { outcome: 'pass', message: 'BuildKit would accept every line.' };
    const reason = file.reason ?? 'no reason is known';
    const atMost = file.isUnreferenced === true ? { atMost: unreferenced } : {};
    if (file.isDefinition === true) {
      return {
        outcome: 'indeterminate',
        message: `What this build definition builds is not known: ${reason}.`,
        fix: 'Correct it, or leave it out with `files.exclude` in the policy if it builds nothing of yours.',
        ...atMost,
      };
    }
    // Only what its parsers refuse has a line. A link, a limit or a missing file is not BuildKit's word.
    if (file.line === undefined) {
      return {
        outcome: 'indeterminate',
        message: `This build file could not be read: ${reason}.`,
        fix:
          file.recoded === true
            ? 'Commit the file as a build reads it, and remove the attribute for it from .gitattributes.'
            : 'Replace it with the file itself, or leave it out with `files.exclude` in the policy if it is not a build file.',
      };
    }
    return {
      outcome: 'indeterminate',
      message: `BuildKit would not build this file: ${reason}.`,
      fix: 'Correct the line, or leave the file out with `files.exclude` in the policy if it is not a build file.',
      ...atMost,
    };
  },
};
