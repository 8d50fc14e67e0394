import { z } from 'zod';
import type { Program, ProgramKind } from '../image-content/filesystem/filesystem-facts.js';
import { listed } from '../lib/text.js';
import { highestLevel } from '../policy/strictness.js';
import { shortened, unevaluated, withoutLinuxContents } from './image-contents.js';
import type { ImageRule, RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  shell: highestLevel().describe('The highest level of a finding about a shell.'),
  languagePackageManager: highestLevel().describe(
    "The highest level of a finding about a language's installer, such as pip or npm.",
  ),
});
type Options = z.infer<typeof options>;

const ASPECTS = [
  { aspect: 'package-manager', kind: 'package-manager', what: 'package manager' },
  { aspect: 'shell', kind: 'shell', what: 'shell' },
  { aspect: 'language-package-manager', kind: 'language-package-manager', what: "language's package manager" },
] as const satisfies readonly { aspect: string; kind: ProgramKind; what: string }[];

export const distroless: ImageRule<Options> = {
  id: 'distroless',
  title: 'Image has no shell and no package manager',
  question: 'Does it have a shell or a package manager that an intruder could use?',
  why: [
    'An attacker who makes an application run a command needs a program to run. Without a shell and a package manager most',
    'ready-made attacks end there. Names prove nothing: tags called "distroless" exist that carry busybox, so the layers',
    'are read, links are followed, and busybox, toybox and shells are known by their content under any name.',
  ].join(' '),
  fix: [
    'Build in a stage that has the tools, and ship from an image that has none:',
    '',
    '```dockerfile',
    'FROM cgr.dev/chainguard/go:latest AS build',
    'WORKDIR /src',
    'COPY . .',
    'RUN CGO_ENABLED=0 go build -o /app .',
    '',
    'FROM cgr.dev/chainguard/static:latest',
    'COPY --from=build /app /app',
    'ENTRYPOINT ["/app"]',
    '```',
    '',
    'Publishers often have both: use `latest` for shipping and `latest-dev` (`debug` at distroless) for building.',
  ].join('\n'),
  subject: 'image',
  roles: ['final'],
  evidence: ['image', 'filesystem'],
  ages: false,
  options,
  presets: {
    baseline: { level: 'off', options: { shell: 'warning', languagePackageManager: 'note' } },
    hardened: { level: 'error', options: { shell: 'warning', languagePackageManager: 'warning' } },
    'hardened-build': { level: 'off', options: { shell: 'warning', languagePackageManager: 'note' } },
    strict: { level: 'error', options: { shell: 'error', languagePackageManager: 'error' } },
  },
  controls: {
    'CM-7': 'A shell or package manager in what ships is found.',
    'CM-7(1)': 'Each run reviews which of these tools are there.',
    'KSI-CNA-MAT': 'Without a shell and package manager, an attacker has fewer tools.',
    'containers/hardened-images': 'Hardening guides require images to leave out what is not needed, such as a shell.',
    'CIS 4.3': 'Shells and package managers are unnecessary in a shipped image.',
  },
  securitySeverity: 6,
  evaluate: (subject, chosen) => {
    const windows = withoutLinuxContents(subject);
    if (windows !== null) return windows;
    const filesystem = needed(subject.evidence, 'filesystem');
    if (!filesystem.ok) return filesystem.error;
    const highest = {
      'package-manager': 'error',
      shell: chosen.shell,
      'language-package-manager': chosen.languagePackageManager,
    } as const;
    return ASPECTS.map(({ aspect, kind, what }): RuleResult => {
      const programs = filesystem.value.programs.filter((program) => program.kind === kind);
      if (programs.length === 0) {
        const open = unevaluated(filesystem.value);
        if (open !== null) return { ...open, aspect, atMost: highest[aspect] };
        return { outcome: 'pass', aspect, message: `There is no ${what} in it.` };
      }
      const names = [...new Set(programs.map(({ path }) => `/${path}`))];
      return {
        outcome: 'fail',
        aspect,
        atMost: highest[aspect],
        message: `There is a ${what} in it: ${listed(names)}.`,
        fix: 'Ship from the variant without it, and keep this one for the stage that builds.',
        details: shortened(programs.map(describe)),
      };
    });
  },
};

function describe({ name, path, target, knownBy }: Program): string {
  const link = target === undefined ? '' : ` -> /${target}`;
  return `/${path}${link}${knownBy === 'content' ? ` (its content is ${name})` : ''}`;
}
