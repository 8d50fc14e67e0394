import type { Catalog } from '../catalog/publisher.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import type { Rule } from '../rules/rule.js';
import { builtInPolicy } from './baseline.js';
import { withDefaultAllowlist } from './default-allow.js';
import { type Layer, problemIn } from './layer.js';
import { applyLayer, type LayerContent } from './merge.js';
import { overrideProblems } from './override-problems.js';
import { withPhasesOn } from './phases.js';
import type { Policy, Profile } from './policy.js';
import { type PolicyText, type ResolveExtends, readChain } from './policy-chain.js';
import { type PolicyProblem, withVisibleText } from './problem.js';
import { resolveAllow } from './resolve-allow.js';
import { policyWarnings } from './warnings.js';

export interface LoadPolicyInput extends PolicyText {
  /** Fetches `owner/repository/path@ref`; policies at a path of the same repository are read by `resolveFile`. */
  readonly resolveExtends: ResolveExtends;
  /** Stands for the profile of the policy, and of every policy it extends. */
  readonly profileOverride?: Profile;
  readonly rules: readonly Rule[];
  readonly catalog: Catalog;
  /** Absent: phases are over, and no waiver that ends soon is reported. */
  readonly now?: Date;
}

export interface LoadedPolicy {
  readonly policy: Policy;
  /** What the policy says and hardly means; never a reason not to apply it. */
  readonly warnings: readonly PolicyProblem[];
}

/**
 * Reads a policy file, what it extends and the key files it names, and checks all of it. Fails with every problem found;
 * a policy with an error is never applied in part.
 */
export async function loadPolicy(input: LoadPolicyInput): Promise<Result<LoadedPolicy, readonly PolicyProblem[]>> {
  const loaded = await loadChain(input);
  if (!loaded.ok) return err(loaded.error.map(withVisibleText));
  return ok({ ...loaded.value, warnings: loaded.value.warnings.map(withVisibleText) });
}

async function loadChain(input: LoadPolicyInput): Promise<Result<LoadedPolicy, readonly PolicyProblem[]>> {
  const chain = await readChain(input, input.rules, input.resolveExtends);
  if (!chain.ok) return chain;
  const problems: PolicyProblem[] = [];
  const dependsOn = new Set<string>();
  let policy = builtInPolicy();
  let mayOverride: ReadonlySet<string> = new Set();
  let baseName: string | undefined;
  for (const layer of chain.value) {
    const content = await resolveContent(layer, input.catalog);
    problems.push(...content.problems);
    const result = applyLayer(policy, layer, content, input.rules);
    if (baseName !== undefined) {
      problems.push(...overrideProblems({ base: policy, baseName, mayOverride, layer, result }, input.rules));
    }
    mayOverride = baseName === undefined ? overridableBy(layer) : intersection(mayOverride, overridableBy(layer));
    baseName = layer.name;
    policy = result;
    if (layer.repository === input.repository) {
      for (const path of content.files) dependsOn.add(path);
      if (layer !== chain.value.at(-1)) dependsOn.add(layer.path);
    }
  }
  if (problems.some(({ severity }) => severity === 'error')) return err(problems);
  const warnings = [...problems, ...policyWarnings(policy, chain.value, input)];
  const profile = input.profileOverride ?? policy.profile;
  const source = sourceOf(chain.value);
  const { phase, ...merged } = policy;
  const whole = {
    ...merged,
    profile,
    ...(input.profileOverride === undefined ? optionalField('phase', phase) : {}),
    source,
    dependsOn: [...dependsOn].sort(),
  };
  return ok({ policy: withPhasesOn(withDefaultAllowlist(whole, input.catalog), input.now), warnings });
}

interface ResolvedContent extends LayerContent {
  readonly problems: readonly PolicyProblem[];
  /** Files of the layer's repository that were read for it. */
  readonly files: readonly string[];
}

async function resolveContent(layer: Layer, catalog: Catalog): Promise<ResolvedContent> {
  const { entries, problems, files } = await resolveAllow(layer, catalog);
  const path = layer.file['trusted-root'];
  if (path === undefined) return { allow: entries, problems, files };
  const read = await layer.resolveFile(path);
  const json = read.ok
    ? new TextDecoder().decode(typeof read.value === 'string' ? Buffer.from(read.value) : read.value)
    : '';
  const reason = read.ok ? (isJsonObject(json) ? undefined : 'it is not a JSON object') : read.error;
  if (reason !== undefined) {
    const code = read.ok ? 'bad-key-file' : 'missing-file';
    const message = `The trusted root ${path} can't be used: ${reason}.`;
    const expected = 'a Sigstore trusted root in JSON, in the repository and commit of the policy that names it';
    const problem = problemIn(layer, ['trusted-root'], { code, message, expected });
    return { allow: entries, problems: [...problems, problem], files };
  }
  return { allow: entries, trustedRoot: json, problems, files: [...files, path] };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function overridableBy(layer: Layer): ReadonlySet<string> {
  return new Set(layer.file['may-override'] ?? []);
}

/** A policy in the middle cannot give away what it was not given: `rules` grants each `rules.ID` as well. */
function intersection(outer: ReadonlySet<string>, inner: ReadonlySet<string>): ReadonlySet<string> {
  const grants = (keys: ReadonlySet<string>, key: string) =>
    keys.has(key) || (key.startsWith('rules.') && keys.has('rules'));
  return new Set([...outer, ...inner].filter((key) => grants(outer, key) && grants(inner, key)));
}

function sourceOf(layers: readonly Layer[]): Policy['source'] {
  const own = layers.at(-1);
  const commitOf = (layer: Layer | undefined) => (layer?.commit === undefined ? {} : { commit: layer.commit });
  return {
    name: own?.name ?? '',
    ...optionalField('path', own?.path),
    ...(own?.repository === undefined ? {} : { repository: own.repository }),
    ...commitOf(own),
    extends: layers
      .slice(0, -1)
      .reverse()
      .map((layer) => ({ name: layer.name, ...commitOf(layer) })),
  };
}
