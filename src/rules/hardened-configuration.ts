import { z } from 'zod';
import type { ImageConfiguration } from '../image-content/configuration.js';

import type { FileEntry } from '../image-content/filesystem/file-entry.js';
import type { FilesystemFacts } from '../image-content/filesystem/filesystem-facts.js';
import { environmentHooks, loaderFileHooks, openPlaces } from '../image-content/loader-hooks.js';
import { listed, plural } from '../lib/text.js';
import { stricter } from '../policy/strictness.js';
import { shortened, withoutLinuxContents } from './image-contents.js';
import { matchesPath, pathPatterns } from './path-patterns.js';
import { type ImageRule, levels, type RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  allowFiles: stricter(pathPatterns(), 'fewer').describe(
    'Paths that may be set-uid, set-gid, writable to all or have capabilities.',
  ),
  allowCapabilities: stricter(z.array(z.string()), 'fewer').describe('File capabilities that any program may have.'),
  denyPorts: stricter(z.array(z.number().int().min(1).max(65_535)), 'more').describe('Ports that no image may expose.'),
});
type Options = z.infer<typeof options>;

/** What every container has in /dev anyway: runtimes mount their own over it. */
const USUAL_DEVICE = /^dev\/(?:null|zero|full|random|urandom|tty|console|ptmx)$/;
/** ssh, telnet, the Docker API and remote desktops: ways in, not services. */
const WAYS_IN = [22, 23, 2375, 2376, 3389, 5900];
const DEFAULTS: Options = { allowFiles: [], allowCapabilities: ['cap_net_bind_service'], denyPorts: WAYS_IN };

export const hardenedConfiguration: ImageRule<Options> = {
  id: 'hardened-configuration',
  title: 'Image has hardened defaults',
  question: 'Does it have files or settings that grant extra privileges?',
  why: "Set-uid files and file capabilities give a process privileges that the container's user should not have. World-writable files can be replaced with something that another process runs. LD_PRELOAD and unusual directories in PATH decide which code runs. A service in a container needs none of them.",
  fix: [
    'Use the hardened variant of the image. Where there is none, remove in the stage that ships what grants privileges:',
    '',
    '```dockerfile',
    'FROM debian:13-slim',
    'RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +',
    '```',
    '',
    'The rule evaluates the base image itself, so that a fix in your stage does not change its answer. Accept the files one by one in the policy:',
    '',
    '```yaml',
    'rules:',
    '  hardened-configuration: { allow-files: [/usr/bin/mount, /usr/bin/su] }',
    '```',
    '',
    'Override a setting of the base image (environment, entrypoint) in the stage that ships, and accept the finding by a waiver.',
  ].join('\n'),
  subject: 'image',
  roles: ['final'],
  evidence: ['image', 'filesystem'],
  ages: false,
  options,
  presets: levels({ baseline: 'off', hardened: 'warning', 'hardened-build': 'off', strict: 'error' }, DEFAULTS),
  controls: {
    'CM-2': 'The configuration of the image is compared with what is expected of a base.',
    'CM-6': 'Settings that weaken a container are found.',
    'AC-6': 'Programs that run with the privileges of their owner are found.',
    'CM-7': 'Ports that allow logins from outside are found in the configuration.',
    'KSI-CNA-IBP': 'The image is compared with common guidance for container images.',
    'KSI-SVC-ACM': 'The configuration is evaluated by a program at every change.',
    'containers/hardened-images': 'The settings tested are those that hardening guides name.',
    'CIS 4.8': 'Files with set-uid and set-gid bits are listed and checked against the policy.',
  },
  securitySeverity: 5,
  evaluate: (subject, chosen) => {
    const windows = withoutLinuxContents(subject);
    if (windows !== null) return windows;
    const image = needed(subject.evidence, 'image');
    if (!image.ok) return image.error;
    const filesystem = needed(subject.evidence, 'filesystem');
    if (!filesystem.ok) return filesystem.error;
    const failures = [
      ...evaluateFiles(filesystem.value, chosen),
      ...evaluateSettings(image.value.configuration, filesystem.value, chosen),
    ];
    if (failures.length > 0) return failures;
    return { outcome: 'pass', message: 'No file or setting grants extra privileges.' };
  },
};

function evaluateFiles(facts: FilesystemFacts, chosen: Options): readonly RuleResult[] {
  const allowed = matchesPath(chosen.allowFiles);
  const remaining = (entries: readonly FileEntry[]) => entries.filter(({ path }) => !allowed(path));
  const dangerous = facts.withCapabilities.filter(({ capabilities = [] }) =>
    capabilities.some((name) => !chosen.allowCapabilities.includes(name)),
  );
  const fix = 'Use a variant without them, or allow them by path in the policy (`allow-files`).';
  return [
    filesFail(
      'set-uid',
      remaining([...facts.setUid, ...facts.setGid]),
      ['runs with the rights of its owner or group', 'run with the rights of their owner or group'],
      fix,
      mode,
    ),
    filesFail(
      'capabilities',
      remaining(dangerous),
      ['has capabilities of its own', 'have capabilities of their own'],
      fix,
      ({ capabilities = [] }) => capabilities.join(', '),
    ),
    filesFail(
      'world-writable',
      remaining(facts.worldWritable),
      ['can be written by any user', 'can be written by any user'],
      fix,
      mode,
    ),
    filesFail(
      'devices',
      remaining(facts.devices.filter(({ path }) => !USUAL_DEVICE.test(path))),
      ['is a device node', 'are device nodes'],
      fix,
      ({ type }) => type,
    ),
  ].filter((result) => result !== null);
}

function filesFail(
  aspect: string,
  entries: readonly FileEntry[],
  [one, many]: readonly [one: string, many: string],
  fix: string,
  detail: (entry: FileEntry) => string,
): RuleResult | null {
  if (entries.length === 0) return null;
  const paths = [...new Set(entries.map(({ path }) => `/${path}`))];
  return {
    outcome: 'fail',
    aspect,
    message: `${plural(paths.length, `file in it ${one}`, `files in it ${many}`)}: ${listed(paths)}.`,
    fix,
    details: shortened(entries.map((entry) => `/${entry.path} (${detail(entry)}, uid ${entry.uid}, gid ${entry.gid})`)),
  };
}

function mode(entry: FileEntry): string {
  return `mode ${entry.mode.toString(8).padStart(4, '0')}`;
}

function evaluateSettings(
  configuration: ImageConfiguration,
  facts: FilesystemFacts,
  chosen: Options,
): readonly RuleResult[] {
  const results: RuleResult[] = [];
  const whyOpen = openPlaces(facts.tree);
  const hooks = loaderFileHooks(facts.tree, whyOpen);
  if (hooks.length > 0) {
    results.push({
      outcome: 'fail',
      aspect: 'loader',
      message: `Its loader takes code from elsewhere: ${listed([...new Set(hooks.map(({ variable, reason }) => `${variable} ${reason}`))])}.`,
      fix: 'Use an image without it, or remove the file in the stage that ships.',
    });
  }
  const hazards = environmentHooks(configuration.env, whyOpen);
  if (hazards.length > 0) {
    results.push({
      outcome: 'fail',
      aspect: 'environment',
      message: `Its environment decides what is run: ${listed([...new Set(hazards.map(({ variable, reason }) => `${variable} ${reason}`))])}.`,
      fix: 'Use an image without it; or override the variable in the stage that ships, and have a waiver accept it in the base.',
    });
  }
  const [program, flag] = configuration.entrypoint;
  if (/^-[a-z]*c$/.test(flag ?? '') && /(?:^|\/)(?:ba|da|a|z)?sh$/.test(program ?? '')) {
    results.push({
      outcome: 'fail',
      aspect: 'entrypoint',
      atMost: 'warning',
      message: 'Its ENTRYPOINT has the shell form: a shell is the first process, takes the signals, and ignores CMD.',
      fix: 'Use an image whose ENTRYPOINT is a JSON array; or write one in the stage that ships, and have a waiver accept it in the base.',
    });
  }
  const ports = configuration.exposedPorts.filter((port) => chosen.denyPorts.some((denied) => isExposed(port, denied)));
  if (ports.length > 0) {
    results.push({
      outcome: 'fail',
      aspect: 'ports',
      message: `It exposes ${listed(ports)}, which allow logins from outside.`,
      fix: 'Use an image without that service, or have the policy say which ports are meant (`deny-ports`).',
    });
  }
  return results;
}

/** Whether `22/tcp`, `0022` or `20-25/tcp` is about a port. */
function isExposed(exposed: string, port: number): boolean {
  const [first = '', last = first] = (exposed.split('/')[0] ?? '').split('-');
  return Number(first) <= port && port <= Number(last);
}
