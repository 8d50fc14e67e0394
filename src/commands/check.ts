import { resolve } from 'node:path';
import { openWorkingTree } from '../build-files/working-tree.js';
import { isListedHost, loadCatalogue } from '../catalog/catalogue.js';
import { collectors } from '../evidence/collectors.js';
import { type GateInput, runGate } from '../gate.js';
import { PROFILES } from '../policy/policy.js';
import { openRegistries } from '../registry/open-registries.js';
import { exitCodeOf } from '../verdict.js';
import { readArguments, readChoice } from './arguments.js';
import type { Command } from './command.js';
import { BUILD_OPTIONS, readingOptions } from './reading-options.js';
import { REPORT_FORMATS, renderReport } from './render-report.js';
import { loadWorkingTreePolicy } from './working-tree-policy.js';
import { writeOutput } from './write-output.js';

const USAGE = `Usage: base-image-gate check [DIR] [--policy FILE] [--profile observe|baseline|hardened|strict]
       [--format text|json|sarif|markdown] [--output FILE] [--registry HOST=HOST2/PREFIX|oci-layout:DIR]…
       [--offline] [--trusted-root FILE] [--vulnerabilities DIR] [--all]
       [--build-arg NAME=VALUE]… [--build-context NAME=…]… [--platform OS/ARCH]… [--target STAGE] [--all-files]

Judges every image that the build files below DIR (default: this folder) build on, by DIR's
.github/base-image-gate.yml or the policy given. --all opens images whose identity failed, too.
Exit codes: 0 pass, 1 fail, 2 indeterminate, 3 wrong usage or policy.
`;

const OPTIONS = {
  ...BUILD_OPTIONS,
  policy: { type: 'string' },
  profile: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
  registry: { type: 'string', multiple: true },
  offline: { type: 'boolean' },
  'trusted-root': { type: 'string' },
  vulnerabilities: { type: 'string' },
  all: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `check`: the gate at the desk. */
export const check: Command = async (args, io) => {
  const wrong = (message: string): 3 => {
    io.stderr(`check: ${message}\n\n${USAGE}`);
    return 3;
  };
  const parsed = readArguments(args, OPTIONS, 1);
  if (!parsed.ok) return wrong(parsed.error);
  const { values, positionals } = parsed.value;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const format = readChoice('--format', values.format, REPORT_FORMATS, 'text');
  if (!format.ok) return wrong(format.error);
  const profile = readChoice('--profile', values.profile, PROFILES, 'baseline');
  if (!profile.ok) return wrong(profile.error);

  const directory = resolve(io.cwd, positionals[0] ?? '.');
  const catalogue = loadCatalogue();
  const now = new Date();
  const policy = await loadWorkingTreePolicy(
    directory,
    {
      catalogue,
      ...(values.policy === undefined ? {} : { file: values.policy }),
      ...(values.profile === undefined ? {} : { profile: profile.value }),
    },
    io,
  );
  if (!policy.ok) {
    io.stderr(policy.error);
    return 3;
  }
  const options = readingOptions(values, io.env, policy.value);
  if (!options.ok) return wrong(options.error);
  const offline = values.offline ?? false;
  const registries = await openRegistries({
    registries: policy.value.registries,
    isListed: (registry) => isListedHost(catalogue, policy.value, { registry }),
    routes: values.registry ?? [],
    layouts: true,
    offline,
    environment: io.env,
    workspace: directory,
    notice: (message) => io.stderr(`${message}\n`),
  });
  if (!registries.ok) return wrong(registries.error);

  const tree = openWorkingTree(directory, { allFiles: options.value.allFiles });
  const input: GateInput = {
    tree,
    reading: options.value,
    policy: policy.value,
    catalogue,
    source: registries.value.source,
    collectors,
    settings: {
      now,
      offline,
      ...(values['trusted-root'] === undefined ? {} : { trustedRootFile: resolve(io.cwd, values['trusted-root']) }),
      ...(values.vulnerabilities === undefined
        ? {}
        : { vulnerabilitiesDirectory: resolve(io.cwd, values.vulnerabilities) }),
    },
    change: null,
    all: values.all ?? false,
    preliminary: { findings: [], notices: [] },
  };
  const report = await runGate(input).finally(() => registries.value.close());
  if (!report.ok) {
    io.stderr(`check: ${report.error.message} ${report.error.remedy}\n`);
    return 3;
  }
  const text = await renderReport(report.value, format.value, tree, {
    colour: io.colour && values.output === undefined,
    width: io.columns,
  });
  const written = await writeOutput(text, values.output, io);
  return written ? exitCodeOf(report.value.verdict) : 2;
};
