import { jsonText } from '../lib/escape/json.js';
import { visible } from '../lib/escape/visible.js';
import type { ComplianceEvidence } from './evidence.js';
import type { PlatformFacts, Reported } from './image-facts.js';
import { imageOf } from './image-of.js';
import { keyOf, type Observation, type Subject } from './observations.js';
import { type Requirement, type RequirementSet, SOURCES } from './requirements.js';
import { stableUuid } from './stable-uuid.js';

/** @see https://pages.nist.gov/OSCAL-Reference/models/v1.2.1/assessment-results/json-reference/ */
const OSCAL_VERSION = '1.2.1';
/** Of our own properties, so that they are not taken for OSCAL's. */
const NAMESPACE = 'https://github.com/base-image-gate/base-image-gate/ns/oscal';

interface Property {
  readonly name: string;
  readonly ns: string;
  readonly value: string;
  readonly class?: RequirementSet;
  readonly remarks?: string;
}

/**
 * The evidence as OSCAL assessment results. It holds observations and no findings: "satisfied" is an assessor's word.
 * Every UUID is made from what it names, so that it stays the same while that does: an observation's from what was seen,
 * the document's from all of it but the times of the run and its feeds.
 */
export function evidenceOscal(evidence: ComplianceEvidence): string {
  const { collected, policy, tool, title } = evidence;
  const policyUuid = stableUuid('policy', policy.source.name, policy.source.commit, policy.profile);
  const content = stableUuid('results', withoutTimes(evidence));
  const subjects = new Map(evidence.observations.map(({ subject }) => [keyOf(subject), subject]));
  const document = {
    'assessment-results': {
      uuid: stableUuid('document', content),
      metadata: {
        title,
        'last-modified': collected,
        version: tool.version,
        'oscal-version': OSCAL_VERSION,
        props: [property('tool', `base-image-gate ${tool.version}`), property('catalog', tool.catalog)],
        remarks:
          'Evidence collected by a program from build files and base images. It does not say whether any control is satisfied.',
      },
      'import-ap': {
        href: `#${policyUuid}`,
        remarks: 'The plan is the policy: which rules apply to which images.',
      },
      results: [
        {
          uuid: content,
          title: 'What was observed of base images',
          description: line(`The gate's verdict under its policy is ${evidence.verdict}. ${outOfSight(evidence)}`),
          start: collected,
          end: collected,
          props: propertiesOf(evidence),
          ...(subjects.size === 0
            ? {}
            : { 'local-definitions': { 'inventory-items': [...subjects.values()].map(inventoryItem) } }),
          'reviewed-controls': reviewedControls(evidence),
          ...(evidence.observations.length === 0
            ? {}
            : { observations: evidence.observations.map((observation) => toObservation(observation, evidence)) }),
          ...(evidence.notices.length === 0 ? {} : { remarks: line(evidence.notices.join(' ')) }),
        },
      ],
      'back-matter': {
        resources: [
          { uuid: policyUuid, title: `The policy: ${sourceText(policy.source)}`, description: describePolicy(policy) },
          ...sourcesOf(evidence),
        ],
      },
    },
  };
  return jsonText(document, 2);
}

/** The OSV API's feed is as old as the run, so its date is no content either. */
function withoutTimes({ collected: _, tool, ...evidence }: ComplianceEvidence): unknown {
  return {
    ...evidence,
    tool: { ...tool, feeds: tool.feeds.map(({ name }) => name), snapshots: tool.snapshots.map(({ name }) => name) },
  };
}

/** What the run was, and what it did not look at. */
function propertiesOf({ evaluated, verdict, policy, tool, limits, leftOut }: ComplianceEvidence): readonly Property[] {
  return [
    property('evaluated', evaluated),
    property('verdict', verdict),
    property('profile', policy.profile),
    property('allowlist', policy.allowlistEnforced ? 'enforced' : 'not enforced'),
    ...(tool.trustedRoot === undefined ? [] : [property('trusted-root', tool.trustedRoot)]),
    ...tool.feeds.map(({ name, date }) => ({ ...property('feed', name), remarks: line(`As of ${date}.`) })),
    ...tool.snapshots.map(({ name, date }) => ({ ...property('snapshot', name), remarks: line(`As of ${date}.`) })),
    ...limits.map(({ name, message }) => ({ ...property('limit-passed', name), remarks: line(message) })),
    ...leftOut.map(({ path, reason }) => ({ ...property('build-file-left-out', path), remarks: line(reason) })),
  ];
}

function describePolicy({ profile, source }: ComplianceEvidence['policy']): string {
  const bases = source.extends.map(sourceText).join(', ');
  return line(`Profile ${profile}.${bases === '' ? '' : ` It extends ${bases}.`}`);
}

function sourceText({ name, commit }: { readonly name: string; readonly commit?: string }): string {
  return line(commit === undefined ? name : `${name} at ${commit}`);
}

function outOfSight({ outOfSight: unseen, leftToOperator }: ComplianceEvidence): string {
  return `Not covered: ${unseen.join(' ')} Only the operator can say: ${leftToOperator.join(' ')}`;
}

/** Where the requirements are published. */
function sourcesOf({ requirements }: ComplianceEvidence) {
  const sets = [...new Set(requirements.map(({ requirement }) => requirement.set))];
  return sets.map((set) => ({
    uuid: stableUuid('source', set),
    title: SOURCES[set].title,
    props: [property('requirements', set)],
    rlinks: [{ href: SOURCES[set].url }],
  }));
}

/** The controls that something was observed of; requirements of other sets are named next to them, each by its set. */
function reviewedControls({ requirements }: ComplianceEvidence) {
  const seen = requirements.filter(({ observed }) => observed.length > 0);
  const controls = (all: typeof requirements) =>
    all
      .filter(({ requirement }) => requirement.set === 'nist-800-53')
      .map(({ requirement }) => ({ 'control-id': controlId(requirement.id) }));
  const others = seen.filter(({ requirement }) => requirement.set !== 'nist-800-53');
  const props = others.map(({ requirement }) => ({
    ...property('evidence-toward', requirement.id),
    class: requirement.set,
    remarks: line(requirement.title),
  }));
  const include = controls(seen);
  return {
    description: 'The controls that some observation is evidence toward.',
    ...(props.length === 0 ? {} : { props }),
    'control-selections': [
      include.length > 0
        ? { 'include-controls': include }
        : {
            description:
              'Nothing was observed. These are the controls that the rules address, because OSCAL requires at least one.',
            'include-controls': controls(requirements),
          },
    ],
  };
}

/** `CM-7(1)` is `cm-7.1` in NIST's own catalog. */
function controlId(id: string): string {
  return id.toLowerCase().replace('(', '.').replace(')', '');
}

function inventoryItem(subject: Subject) {
  const props =
    subject.kind === 'image'
      ? [
          property('reference', subject.reference),
          ...(subject.digest === undefined ? [] : [property('digest', subject.digest)]),
        ]
      : [property(subject.kind, subject.kind === 'policy' ? subject.name : subject.path)];
  return { uuid: subjectUuid(subject), description: line(titleOf(subject)), props };
}

function subjectUuid(subject: Subject): string {
  return stableUuid('subject', keyOf(subject));
}

function titleOf(subject: Subject): string {
  if (subject.kind === 'build-file') return `build file ${subject.path}`;
  if (subject.kind === 'policy') return `policy ${subject.name}`;
  return `image ${subject.reference}${subject.digest === undefined ? '' : `, ${subject.digest}`}`;
}

function toObservation(observation: Observation, evidence: ComplianceEvidence) {
  const { uuid, rule, aspect, subject, platform, outcome, level, reasons, vulnerabilities, places } = observation;
  const exceptions = exceptionsOf(observation, evidence);
  return {
    uuid,
    title: `${rule}${aspect === undefined ? '' : ` (${aspect})`}: ${WORDS[outcome]}`,
    description: line(reasons.join(' ')),
    props: [
      property('rule', rule),
      property('outcome', outcome),
      property('level', level),
      ...(platform === undefined ? [] : [property('platform', platform)]),
      ...towardRequirements(observation, evidence),
      ...vulnerabilities.map((id) => property('vulnerability', id)),
      ...exceptions,
    ],
    methods: [subject.kind === 'image' && platform !== undefined ? 'TEST' : 'EXAMINE'],
    types: ['control-objective'],
    subjects: [{ 'subject-uuid': subjectUuid(subject), type: 'inventory-item', title: line(titleOf(subject)) }],
    'relevant-evidence': relevantEvidence(subject, platform, places, evidence),
    collected: evidence.collected,
    ...(exceptions.length === 0
      ? {}
      : { remarks: line(exceptions.map(({ value, remarks }) => `${value}: ${remarks}.`).join(' ')) }),
  };
}

/** Waivers and VEX statements that bear on an observation: what is excepted, by whom, until when and why. */
function exceptionsOf({ waiver, waivedAt, accepts, silenced }: Observation, { waivers }: ComplianceEvidence) {
  const shown = [
    ...new Set([...(waiver === undefined ? [] : [waiver]), ...waivedAt.map((one) => one.waiver), ...accepts]),
  ];
  const waived = shown.flatMap((index) => {
    const found = waivers[index];
    if (found === undefined) return [];
    const places = [...new Set(waivedAt.filter((one) => one.waiver === index).map(({ place }) => place))];
    const where = places.length > 0 ? ` at ${places.join(', ')}` : found.file === undefined ? '' : ` in ${found.file}`;
    const remarks = line(`accepted${where} by ${found.owner} until ${found.expires}: ${found.reason}`);
    const name = waiver === undefined && places.length > 0 ? 'waived-at-some-places' : 'waived';
    return [{ ...property(name, found.vulnerability ?? found.rule), remarks }];
  });
  const vex = silenced.map(({ vulnerability, reason }) => ({
    ...property('silenced-by-vex', vulnerability),
    remarks: line(reason),
  }));
  return [...waived, ...vex];
}

const WORDS: Readonly<Record<Observation['outcome'], string>> = {
  pass: 'observed as required',
  fail: 'observed otherwise',
  indeterminate: 'could not be observed',
  skipped: 'not observed',
};

function relevantEvidence(
  subject: Subject,
  platform: string | undefined,
  places: readonly string[],
  { images }: ComplianceEvidence,
) {
  const image = subject.kind === 'image' ? imageOf(subject, images) : undefined;
  const facts = (image?.platforms ?? []).filter((one) => platform === undefined || one.platform === platform);
  const seen = (pick: (one: PlatformFacts) => Reported) =>
    facts.map(pick).flatMap(({ status, values }) => (status === 'seen' ? values : []));
  const sentences = [
    ...(subject.kind === 'image' && subject.digest !== undefined ? [`digest ${subject.digest}`] : []),
    ...(platform === undefined ? [] : facts.map(({ manifest }) => `manifest ${manifest}`)),
    ...seen(({ signatures }) => signatures).map((signer) => `signed by ${signer}`),
    ...seen(({ timestamp }) => timestamp).map((timestamp) => `timestamp: ${timestamp}`),
    ...places.map((place) => `named at ${place}`),
  ];
  const all = sentences.length === 0 ? [titleOf(subject)] : [...new Set(sentences)];
  return all.map((description) => ({ description: line(description) }));
}

/** What an observation is evidence toward, or would be if it could have been made, with the sentence that says why. */
function towardRequirements({ rule, outcome }: Observation, { requirements }: ComplianceEvidence): readonly Property[] {
  const name = outcome === 'pass' || outcome === 'fail' ? 'evidence-toward' : 'would-be-evidence-toward';
  return requirements.flatMap(({ requirement, rules }) => {
    const mapped = rules.find((one) => one.rule === rule);
    if (mapped === undefined) return [];
    return [{ ...property(name, idOf(requirement)), class: requirement.set, remarks: mapped.because }];
  });
}

function idOf({ id, set }: Requirement): string {
  return set === 'nist-800-53' ? controlId(id) : id;
}

function property(name: string, value: string): Property {
  return { name, ns: NAMESPACE, value: line(value) };
}

/** OSCAL's strings have no white space at their ends, and are not empty; ours hold nothing unseen either. */
function line(text: string): string {
  const shown = visible(text.replace(/\s+/g, ' ')).trim();
  return shown === '' ? '(empty)' : shown;
}
