import { loadCatalog } from '../catalog/catalog.js';
import { optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { PROFILES } from '../policy/policy.js';
import { parseReference } from '../references/reference.js';
import { explain } from '../reports/explanation.js';
import { explanationText } from '../reports/text/explanation-text.js';
import { rules } from '../rules/index.js';
import { readChoice } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { EXPLAIN } from './definitions.js';
import { refuseExtended } from './extended-policy.js';
import { refuse } from './refusal.js';
import { loadWorkingTreePolicy } from './working-tree-policy.js';
import { writeOutput } from './write-output.js';

/** `explain REFERENCE`. */
export const explainCommand: Command = defineCommand(EXPLAIN, async ({ values, positionals, io, wrong }) => {
  const [name = ''] = positionals;
  const pullFrom = parseReference(name);
  if (!pullFrom.ok) return wrong(`"${name}" is not an image reference because ${pullFrom.error.reason}.`);
  const profile = readChoice('--profile', values.profile, PROFILES);
  if (!profile.ok) return wrong(profile.error);
  const catalog = loadCatalog();
  const request = {
    catalog,
    ...(values.offline === true ? { resolveExtends: refuseExtended } : {}),
    ...optionalField('file', values.policy),
    ...(values.profile === undefined ? {} : optionalField('profile', profile.value)),
  };
  const policy = await loadWorkingTreePolicy(io.cwd, request, io);
  if (!policy.ok) return refuse('explain', { kind: 'policy', message: policy.error }, io);
  const explanation = explain(pullFrom.value, {
    role: values.role,
    policy: policy.value,
    catalog,
    rules,
    now: new Date(),
  });
  const text =
    values.format === 'json'
      ? jsonText(explanation, 2)
      : explanationText(explanation, { color: io.color && values.output === undefined });
  return (await writeOutput(text, values.output, io)) ? 0 : 2;
});
