import { terminal } from '../../lib/escape/visible.js';
import { plural } from '../../lib/text.js';
import { LEVELS, type PolicyPosition } from '../../policy/policy.js';
import type { Explanation } from '../explanation.js';
import { padded } from './display-width.js';
import { type Paint, paint } from './paint.js';

type ExplainedRule = Explanation['rules'][number];
type Row = readonly [label: string, text: string];

/** What `explain` prints: what governs the image, and each rule with its level and where that comes from. Ends with a line end. */
export function explanationText(explanation: Explanation, { color }: { readonly color: boolean }): string {
  const colors = paint(color);
  const { reference, role, rules } = explanation;
  const isOff = ({ level, announced }: ExplainedRule) => level === 'off' && announced === undefined;
  const evaluated = rules.filter((rule) => !isOff(rule));
  const off = rules.filter(isOff).map(({ rule }) => rule);
  const ruleWidth = Math.max(...evaluated.map(({ rule }) => rule.length), 0);
  const ordered = [...evaluated].sort((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level));
  const lines = [
    `${colors.bold(terminal(reference))}  in the role ${role}`,
    ...facts(explanation).map(([label, text]) => `  ${colors.dim(label.padEnd(9))}  ${terminal(text)}`),
    '',
    ...ordered.map(
      (rule) =>
        `  ${levelMark(rule, colors)}  ${padded(rule.rule, ruleWidth)}  ${colors.dim(terminal(reasonOf(rule, explanation)))}`,
    ),
    ...(off.length === 0 ? [] : [`  ${colors.dim(`off: ${off.join(', ')}`)}`]),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function facts(explanation: Explanation): readonly Row[] {
  const { pulledFrom, policy, registry, denied, publisher } = explanation;
  return [
    ...(pulledFrom === undefined ? [] : [['pulled as', pulledFrom] as const]),
    [
      'policy',
      `${policy.name}, profile ${policy.profile}${policy.announced === undefined ? '' : `, ${policy.announced.profile} from ${policy.announced.from} on`}`,
    ],
    ...(registry.contacted
      ? []
      : [['registry', `${registry.host} is named by neither policy nor catalog, so it is not contacted`] as const]),
    ...(denied === undefined
      ? []
      : [['denied', `${denied.name} by \`${denied.pattern}\`${placeOf(denied.at)}: ${denied.reason}`] as const]),
    ...entryRows(explanation),
    [
      'publisher',
      publisher === null
        ? 'none in the catalog'
        : `${publisher.name} (${publisher.id})${publisher.hardened ? ', hardened' : ''}${publisher.verifiable ? ', verifiable' : ''}`,
    ],
    ...signerRows(explanation),
    ...waiverRows(explanation),
  ];
}

function entryRows({ allowlist, entry, otherEntries }: Explanation): readonly Row[] {
  if (!allowlist) return [['entry', 'none: the policy has no allowlist']];
  if (entry === null) return [['entry', 'none matches, so the image is not allowed']];
  const others = otherEntries.map(({ name, pattern, at }): Row => {
    return ['', `not ${name} (\`${pattern}\`)${placeOf(at)}, which matches less exactly or comes later`];
  });
  return [['entry', `${entry.name} (\`${entry.pattern}\`)${placeOf(entry.at)}`], ...others];
}

function signerRows({ signers }: Explanation): readonly Row[] {
  if (signers === null) return [['signers', 'named by neither policy nor catalog']];
  const { namedBy, signed, reason, require, authorities } = signers;
  if (!signed) return [['signers', `none needed by ${namedBy}: ${reason ?? 'no reason is given'}`]];
  if (authorities.length === 0) return [['signers', `none named by ${namedBy}`]];
  return [
    ['signers', `${require} of ${plural(authorities.length, 'authority', 'authorities')} of ${namedBy}`],
    ...authorities.map((authority): Row => ['', authority]),
  ];
}

const WAIVER_STATES = { holds: 'until', expired: 'expired', 'too-long': 'too long to count: until' } as const;

function waiverRows({ waivers }: Explanation): readonly Row[] {
  return waivers.map(({ rule, vulnerability, file, state, expires, owner, reason, at }): Row => {
    const about = [rule, vulnerability, ...(file === undefined ? [] : [`in ${file}`])].filter(Boolean).join(' ');
    return ['waiver', `${about}, ${WAIVER_STATES[state]} ${expires}, ${owner}: ${reason}${placeOf(at)}`];
  });
}

function placeOf(at: PolicyPosition | undefined): string {
  return at === undefined ? '' : `, ${at.file}:${at.line}`;
}

function levelMark({ level }: ExplainedRule, { red, yellow, dim }: Paint): string {
  const text = level.padEnd('warning'.length);
  if (level === 'error') return red(text);
  return level === 'warning' ? yellow(text) : dim(text);
}

function reasonOf(rule: ExplainedRule, { policy, role }: Explanation): string {
  const sources = {
    profile: `profile ${policy.profile}`,
    rules: `rules.${rule.rule} of the policy; profile ${policy.profile}: ${rule.profileLevel}`,
    roles: `roles.${role} of the policy; profile ${policy.profile}: ${rule.profileLevel}`,
    publisher: `no signer is named for it; otherwise ${rule.profileLevel}`,
  } as const;
  const changed = rule.changedOptions.map((name) => `${name} ${JSON.stringify(rule.options[name])}`);
  return [
    ...(rule.announced === undefined ? [] : [`${rule.announced.level} from ${rule.announced.from} on`]),
    sources[rule.decidedBy],
    ...changed.map((option) => `${option} by the policy`),
    ...(rule.onIndeterminate === 'warn' ? ['what could not be checked is a warning'] : []),
  ].join(', ');
}
