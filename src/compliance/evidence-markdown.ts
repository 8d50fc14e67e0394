import { groupBy } from '../lib/collections.js';
import { code, inline, prose } from '../lib/escape/markdown.js';
import { listed } from '../lib/text.js';
import { type ComplianceEvidence, type RequirementEvidence, wasObserved } from './evidence.js';
import type { ImageFacts, PlatformFacts, Reported } from './image-facts.js';
import type { Observation, Subject } from './observations.js';

/** What is written out of a list; the JSON has all of it. */
const LISTED = 50;

/** The evidence for people who assess: Markdown, ends with a line end. */
export function evidenceMarkdown(evidence: ComplianceEvidence): string {
  const { policy, tool, limits } = evidence;
  const byUuid = new Map(evidence.observations.map((observation) => [observation.uuid, observation]));
  const sections = [
    `# ${evidence.title}`,
    'Collected by a program from build files and the base images that they name. It is evidence toward the controls and points below, not a statement that any of them is met; the assessor of the system decides that. The sentence beside a rule says what the rule checks; the results are counted below it.',
    table(
      ['', ''],
      [
        ['Evaluated', code(evidence.evaluated)],
        ['Collected', evidence.collected],
        ['Policy', `${sourceText(policy.source)}, profile ${policy.profile}`],
        ...policy.source.extends.map((base) => ['It extends', sourceText(base)] as const),
        ['Allowlist', policy.allowlistEnforced ? 'enforced' : 'not enforced: the policy has none'],
        ['Verdict of the gate', evidence.verdict],
        ['Tool', inline(`base-image-gate ${tool.version}, catalog ${tool.catalog}`)],
        ...(tool.trustedRoot === undefined ? [] : [['Trusted root', inline(tool.trustedRoot)] as const]),
        ...tool.feeds.map(({ name, date }) => ['Feed', inline(`${name}, ${date}`)] as const),
        ...tool.snapshots.map(({ name, date }) => ['Snapshot', inline(`${name}, ${date}`)] as const),
      ],
    ),
    ...(evidence.notices.length === 0 ? [] : ['Notices of the run:', list(evidence.notices.map(prose))]),
    '## Images',
    ...(evidence.images.length === 0 ? ['No image was opened.'] : evidence.images.map(imageSection)),
    '## Controls and points',
    ...evidence.requirements.map((requirement) => requirementSection(requirement, byUuid)),
    '## Waivers',
    waivers(evidence),
    '## Silenced by VEX',
    silenced(evidence.observations),
    '## What could not be observed',
    list([
      ...notObserved(evidence.observations),
      ...limits.map(({ name, message }) => prose(`limit ${name}: ${message}`)),
      ...evidence.leftOut.map(({ path, reason }) => `build file ${code(path)} was left out: ${prose(reason)}`),
    ]),
    '## Not covered',
    "A gate on base images can't see these; evidence for them must come from elsewhere:",
    list(evidence.outOfSight.map(prose)),
    'Only the operator can say:',
    list(evidence.leftToOperator.map(prose)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function sourceText({ name, commit }: { readonly name: string; readonly commit?: string }): string {
  return commit === undefined ? code(name) : `${code(name)} at ${code(commit)}`;
}

function imageSection({ reference, digest, publisher, platforms }: ImageFacts): string {
  const rows: (readonly [string, string])[] = [
    ['Digest', code(digest)],
    ...(publisher === undefined ? [] : [['Publisher', inline(publisher)] as const]),
    ...platforms.map(({ platform, manifest }) => [inline(platform), code(manifest)] as const),
    ...factRows('Signed by', platforms, ({ signatures }) => signatures),
    ...factRows('Timestamp', platforms, ({ timestamp }) => timestamp),
    ...factRows('SBOM', platforms, ({ sbom }) => sbom),
    ...factRows('Provenance', platforms, ({ provenance }) => provenance),
  ];
  return `### ${code(reference)}\n\n${table(['', ''], rows)}`;
}

/** A row a sentence; where platforms differ, each of them has its own. */
function factRows(
  name: string,
  platforms: readonly PlatformFacts[],
  pick: (facts: PlatformFacts) => Reported,
): readonly (readonly [string, string])[] {
  const rowsOf = ({ status, values }: Reported) =>
    values.map((one) => (status === 'seen' ? code(one) : `${STATUS_WORDS[status]}: ${inline(one)}`));
  const all = platforms.map((facts) => ({ platform: facts.platform, rows: rowsOf(pick(facts)) }));
  const agree = new Set(all.map(({ rows }) => rows.join('\n'))).size === 1;
  return all
    .slice(0, agree ? 1 : all.length)
    .flatMap(({ platform, rows }) => rows.map((row) => [agree ? name : `${name}, ${inline(platform)}`, row] as const));
}

const STATUS_WORDS = { 'not-seen': 'nothing', 'not-known': 'not known', 'not-evaluated': 'not evaluated' } as const;

function requirementSection(
  { requirement, source, rules, observed, notObserved }: RequirementEvidence,
  byUuid: ReadonlyMap<string, Observation>,
): string {
  const find = (uuids: readonly string[]) => uuids.flatMap((uuid) => byUuid.get(uuid) ?? []);
  const [seen, unseen] = [find(observed), find(notObserved)];
  const heading = `### ${requirement.id} ${requirement.title}`;
  const intro = `Evidence toward it ([${source.title}](${source.url})):`;
  const because = rules.map(({ rule, because: reason }) => `- ${code(rule)}: ${prose(reason)}`);
  const failed = seen.filter(({ outcome }) => outcome === 'fail');
  if (seen.length + notObserved.length === 0) {
    const nothing = 'Nothing was observed: under this policy, none of these rules applied to anything here.';
    return [heading, intro, because.join('\n'), nothing].join('\n\n');
  }
  const counts = [
    `${seen.length - failed.length} observed as the rules ask`,
    `${failed.length} observed otherwise`,
    `${notObserved.length} not observed`,
  ].join(', ');
  return [
    heading,
    intro,
    because.join('\n'),
    `${counts}.`,
    ...(failed.length === 0 ? [] : [list(failed.map(described))]),
    ...byRule(
      'Observed as the rule requires',
      seen.filter(({ outcome }) => outcome === 'pass'),
    ),
    ...byRule('Not observed, for the reasons below', unseen),
  ].join('\n\n');
}

/** What each rule was evaluated on, in a list under a few words. */
function byRule(words: string, observations: readonly Observation[]): readonly string[] {
  if (observations.length === 0) return [];
  const rules = [...new Set(observations.map(({ rule }) => rule))];
  const lines = rules.map((rule) => `${code(rule)}: ${subjectsOf(observations.filter((one) => one.rule === rule))}`);
  return [`${words}:\n\n${list(lines)}`];
}

/** In one line, each once. */
function subjectsOf(observations: readonly Observation[]): string {
  return listed([...new Set(observations.map(({ subject }) => subjectText(subject)))], LISTED);
}

/** One line for all rules with the same result: an image that was not opened is one line, not twenty. */
function notObserved(observations: readonly Observation[]): readonly string[] {
  const open = observations.filter((observation) => !wasObserved(observation));
  return [...groupBy(open, whatWasSeen)].map(([seen, same]) => `${same.map(rulesAnswer).join('; ')}: ${seen}`);
}

function described(observation: Observation): string {
  return `${rulesAnswer(observation)}: ${whatWasSeen(observation)}`;
}

function rulesAnswer(observation: Observation): string {
  const { rule, outcome, level } = observation;
  return `${code(rule)} ${outcome}, ${level}${exceptionText(observation)}`;
}

function whatWasSeen({ subject, platform, reasons, places }: Observation): string {
  const on = platform === undefined ? '' : ` on ${inline(platform)}`;
  const at = places.length === 0 ? '' : ` (${places.slice(0, 3).map(code).join(', ')}${places.length > 3 ? ' …' : ''})`;
  return `${subjectText(subject)}${on}${at}: ${prose(reasons.slice(0, 3).join(' '))}`;
}

/** Which waivers bear on it, by the numbers that they are listed under. */
function exceptionText({ waiver, waivedAt, accepts }: Observation): string {
  const numbers = (indexes: readonly number[]) => [...new Set(indexes)].map((index) => index + 1).join(', ');
  const partial = waivedAt.map(({ waiver: index }) => index);
  if (waiver !== undefined) return `, waived (${numbers([waiver, ...partial])})`;
  const waived = partial.length === 0 ? '' : `, waived at some places (${numbers(partial)})`;
  return `${waived}${accepts.length === 0 ? '' : `, accepted in part (${numbers(accepts)})`}`;
}

function subjectText(subject: Subject): string {
  if (subject.kind === 'build-file') return code(subject.path);
  if (subject.kind === 'policy') return `the policy ${code(subject.name)}`;
  const { reference, digest } = subject;
  return code(digest === undefined || reference.includes('@') ? reference : `${reference}@${digest}`);
}

function waivers({ waivers: all, observations }: ComplianceEvidence): string {
  return list(
    all.map(({ rule, image, file, vulnerability, reason, owner, expires, state }, index) => {
      const scope = [image, file, vulnerability].flatMap((part) => (part === undefined ? [] : [code(part)])).join(', ');
      const on = observations.filter(
        ({ waiver, waivedAt, accepts }) =>
          waiver === index || accepts.includes(index) || waivedAt.some((one) => one.waiver === index),
      );
      const places = on.flatMap(({ waivedAt }) => waivedAt.filter((one) => one.waiver === index));
      const at = places.length === 0 ? '' : ` at ${listed(places.map(({ place }) => code(place)))}`;
      const where = on.length === 0 ? '' : ` (applied to ${subjectsOf(on)}${at})`;
      return `${index + 1}: ${code(rule)}${scope === '' ? '' : ` for ${scope}`}, ${state}, until ${inline(expires)}, by ${inline(owner)}: ${prose(reason)}${where}`;
    }),
  );
}

function silenced(observations: readonly Observation[]): string {
  const lines = observations.flatMap(({ subject, platform, silenced: all }) =>
    all.map(({ vulnerability, reason }) => {
      const on = platform === undefined ? '' : ` on ${inline(platform)}`;
      return `${code(vulnerability)}: ${subjectText(subject)}${on}: ${prose(reason)}`;
    }),
  );
  return list([...new Set(lines)]);
}

function list(items: readonly string[]): string {
  if (items.length === 0) return 'None.';
  const more = items.length > LISTED ? [`and ${items.length - LISTED} more; the JSON has all`] : [];
  return [...items.slice(0, LISTED), ...more].map((item) => `- ${item}`).join('\n');
}

function table(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  const lines = [head, ['---', '---'], ...rows].map(([first, second]) => `| ${first} | ${second} |`);
  return lines.join('\n');
}
