import { z } from 'zod';
import { andMore, listed, plural } from '../lib/text.js';
import { duration } from '../policy/duration.js';
import { highestLevel, stricter } from '../policy/strictness.js';
import type { KnownVulnerabilities, Vulnerability } from '../vulnerabilities/vulnerabilities.js';
import { shortened } from './image-contents.js';
import type { ImageRule, ImageRuleSubject, RuleResult } from './rule.js';
import { sortAccepted } from './vulnerabilities/accepted.js';
import { distinct, groups, sourcesLine, summary } from './vulnerabilities/describe.js';
import { fix } from './vulnerabilities/fix.js';
import { type CoverageGaps, coverageGaps, proofGaps } from './vulnerabilities/proof.js';
import { counts, thresholdOptions } from './vulnerabilities/thresholds.js';
import { groupLine } from './vulnerabilities/vulnerability-group.js';
import { needed } from './without-evidence.js';

/** From the loosest to the strictest. */
const COVERAGE_LEVELS = ['note', 'warning', 'error'] as const;

const options = z.strictObject({
  ...thresholdOptions,
  rest: highestLevel().describe('The highest level of a finding about those that do not count.'),
  maxAge: stricter(duration(), 'lower').describe('How old the vulnerability data may be.'),
  uncovered: stricter(z.enum(COVERAGE_LEVELS), COVERAGE_LEVELS).describe(
    'The highest level of a finding about packages, runtimes and servers that no source of advisories covers.',
  ),
  acceptUncovered: stricter(z.array(z.string().min(1, { error: 'a type, or a type and a name' })), 'fewer').describe(
    'What may be uncovered without a finding: purl types such as "gem", or a type and a name such as "generic/openssl".',
  ),
  requireUnfixedData: stricter(z.boolean(), 'true').describe(
    'Whether advisories that leave out vulnerabilities without a fix are not enough: Alpine, AlmaLinux, Rocky Linux, Red Hat, SUSE, openSUSE, Mageia.',
  ),
  directory: z
    .string()
    .min(1, { error: 'the path of a directory' })
    .optional()
    .describe('A directory of OSV exports in the repository, read in place of the OSV API; the command line only.'),
});
type Options = z.infer<typeof options>;

const RELAXED = {
  unrated: 'high',
  fixable: true,
  grace: '0d',
  rest: 'note',
  maxAge: '14d',
  uncovered: 'note',
  acceptUncovered: [],
  requireUnfixedData: false,
} satisfies Partial<Options>;

export const noKnownVulnerabilities: ImageRule<Options> = {
  id: 'no-known-vulnerabilities',
  title: 'Image has no known vulnerability that counts',
  question: 'Do its packages have known vulnerabilities, and could every package be checked?',
  why: [
    'Attackers read the same advisories. Most scanners say "nothing found" both of an image that has nothing and of',
    'one they did not understand; here an image is clean only if its distribution was recognized, each of its packages was',
    'checked against the advisories of its own ecosystem, and the data is of known age. Anything less is indeterminate.',
    'Packages come from the layers, and from a signed SBOM what the layers do not show. What no advisories cover is named. Signed OpenVEX statements silence a',
    'vulnerability in the packages they name; each is shown with its author.',
  ].join(' '),
  fix: [
    '- **It has known vulnerabilities**: the details have a line per package, with the version that fixes all of it. Where the',
    '  tag points to another digest today, that image is evaluated as well, its signature first, and the finding says',
    '  whether it has none of these or still has some: pin it, or move to an image that is rebuilt daily.',
    '- **It also has some that the policy does not count**: nothing is blocked by them; `severity`, `fixable` and `grace` say',
    '  what counts, and `rest` the highest level of this finding.',
    '- **Not everything in it could be evaluated**: the details name each package, file or record and why. Use an image whose',
    '  distribution publishes advisories; a static image, which has no package of a distribution, passes with',
    '  `no-packages: allow` on its allow entry.',
    '- **Something is not covered**: no source has advisories about a runtime, a server or a type of packages in it, so',
    '  nothing is known of it. Use an image whose distribution packages it, watch it by other means and accept its type with',
    '  `accept-uncovered`, or choose with `uncovered` how much that matters.',
    '- **What has no fix yet is not published**: only fixes are in the advisories of its distribution. Use an image of a',
    '  distribution that also publishes what is open, such as Debian, Ubuntu or Wolfi; `require-unfixed-data` says whether it is required.',
    '- **The data is too old**, or dated in the future: run the gate again, or download the exports again; `max-age` says how old',
    '  it may be.',
    "- **No fix is known**: take an image without the package. Where a vulnerability can't be reached, say so for that one, by",
    '  its CVE or any other name of it, with an owner and a last day:',
    '',
    '```yaml',
    'waivers:',
    '  - rule: no-known-vulnerabilities',
    '    vulnerability: CVE-2026-0001',
    '    image: docker.io/library/node',
    '    reason: "the parser is not reachable: input is ours"',
    '    owner: "@acme/platform"',
    '    expires: 2027-01-31',
    '```',
    '',
    'The publisher of the image can state it as well, in OpenVEX signed by an authority of the allow entry: `not_affected` with a',
    'justification, of a package that it names. A statement about the image as a whole silences nothing.',
    '',
    'Without a network, give `--vulnerabilities DIR` a directory of [OSV exports](https://google.github.io/osv.dev/data/)',
    "and CISA's `known_exploited_vulnerabilities.json`.",
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'packages', 'sbom', 'vulnerabilities'],
  comparesWithNewer: true,
  ages: true,
  options,
  presets: {
    baseline: { level: 'warning', options: { ...RELAXED, severity: 'high' } },
    hardened: {
      level: 'error',
      options: { ...RELAXED, severity: 'high', grace: '7d', rest: 'warning', uncovered: 'warning' },
    },
    'hardened-build': { level: 'warning', options: { ...RELAXED, severity: 'exploited' } },
    strict: {
      level: 'error',
      options: { ...RELAXED, severity: 'any', fixable: false, rest: 'error', uncovered: 'error' },
    },
  },
  controls: {
    'RA-5': 'The packages of the image are checked against published vulnerabilities.',
    'SI-2': 'What can be fixed is to be fixed within the time that the policy gives.',
    'KSI-SCR-MON': 'Third-party packages are watched for upstream vulnerabilities.',
    'KSI-CMT-VTD': 'Each change is tested for known vulnerabilities before it is merged.',
    'containers/scanned-before-deployment': 'Base images are scanned before anything is built on them.',
    'containers/30-day-window': 'Each run is a scan of the base images, with its time and the age of its feeds named.',
    'containers/registry-monitoring':
      'A run on a schedule scans the base images named again, so that one without a scan in the window is known; the registry and what is deployed are not watched.',
    'govramp/remediation':
      'Vulnerabilities of base images are found with their severity and the date of their advisory, and a grace counts from that date; when they were found in production is not seen.',
    'CIS 4.4': 'Images are scanned for what patches would fix.',
  },
  securitySeverity: 8,
  evaluate: (subject, chosen) => {
    const vulnerabilities = needed(subject.evidence, 'vulnerabilities');
    if (!vulnerabilities.ok) return vulnerabilities.error;
    return evaluate(subject, vulnerabilities.value, chosen);
  },
};

function evaluate(subject: ImageRuleSubject, known: KnownVulnerabilities, chosen: Options): readonly RuleResult[] {
  const { open, acceptedIds, lines } = sortAccepted(known.found, subject);
  const counted = open.filter((one) => counts(one, chosen, subject.now));
  const rest = open.filter((one) => !counted.includes(one));
  const notes = [
    ...lines,
    ...(known.vexUnknown === undefined ? [] : [`VEX could not be evaluated: ${known.vexUnknown}`]),
    ...sourcesLine(known),
  ];
  const gaps = proofGaps(known, rest, chosen.maxAge, subject.now) ?? unfixedGap(known, chosen);
  const coverage = coverageGaps(known, chosen.acceptUncovered, chosen.maxAge, subject.now);
  const isProven = gaps === null && (coverage.open.length === 0 || chosen.uncovered !== 'error');
  const results: RuleResult[] = [];
  if (counted.length > 0) {
    const ids = distinct(counted).map(({ id }) => id);
    results.push({
      outcome: 'fail',
      message: `It has ${summary(counted)}.`,
      fix: fix(counted, subject, chosen),
      details: shortened([...groups(counted).map(groupLine), ...notes]),
      vulnerabilities: [...ids, ...acceptedIds],
    });
  } else if (isProven && (known.packages > 0 || coverage.open.length === 0)) {
    results.push(passed(known, rest, [...notes, ...coverageLines(known, coverage)], acceptedIds, coverage));
  }
  if (rest.length > 0 && chosen.rest !== 'off') {
    results.push({
      outcome: 'fail',
      aspect: 'rest',
      atMost: chosen.rest,
      message: `It also has ${summary(rest)}, which the policy does not count${counted.length === 0 ? ' yet or at all' : ''}.`,
      fix: fix(rest, subject, chosen),
      details: shortened(groups(rest).map(groupLine)),
      vulnerabilities: distinct(rest).map(({ id }) => id),
    });
  }
  if (gaps !== null) results.push({ ...gaps, aspect: 'proof' });
  if (coverage.open.length > 0) results.push(notCovered(coverage, chosen));
  return results;
}

function passed(
  known: KnownVulnerabilities,
  rest: readonly Vulnerability[],
  notes: readonly string[],
  waived: readonly string[],
  coverage: CoverageGaps,
): RuleResult {
  const { packages } = known;
  const kinds = [
    ...(known.fixesOnly.length === 0 ? [] : ['has a fix']),
    ...(rest.length === 0 && waived.length === 0 ? [] : ['counts']),
  ];
  const what = `known vulnerability${kinds.length === 0 ? '' : ` that ${kinds.join(' and ')}`}`;
  const left = coverage.open.length + coverage.accepted.length;
  const covered = packages === 1 ? `Its only package has no ${what}` : `None of its ${packages} packages has a ${what}`;
  return {
    outcome: 'pass',
    message:
      packages === 0 && left === 0
        ? 'It has no packages, which its allow entry expects (no-packages: allow).'
        : left === 0
          ? `${covered}.`
          : `${packages === 1 ? `The one package that advisories cover has no ${what}` : `None of the ${plural(packages, 'package')} that advisories cover has a ${what}`}; ${left} ${left === 1 ? 'other is' : 'others are'} not covered.`,
    ...(notes.length === 0 ? {} : { details: shortened(notes) }),
    ...(waived.length === 0 ? {} : { vulnerabilities: waived }),
  };
}

/** What nothing was found among does not hold what is open: only fixes are published. */
function unfixedGap({ fixesOnly }: KnownVulnerabilities, { requireUnfixedData }: Options): RuleResult | null {
  if (!requireUnfixedData || fixesOnly.length === 0) return null;
  return {
    outcome: 'indeterminate',
    message: `Whether it has vulnerabilities without a fix is not known: the advisories of ${listed(fixesOnly)} are about fixes alone.`,
    fix: 'Use an image of a distribution that also publishes what has no fix yet, or leave out require-unfixed-data.',
  };
}

/** Components that no source was queried about: neither clean nor vulnerable. */
function notCovered({ open }: CoverageGaps, { uncovered }: Options): RuleResult {
  const [first] = open;
  return {
    outcome: 'indeterminate',
    aspect: 'coverage',
    atMost: uncovered,
    message: `Not covered by advisories: ${first?.what ?? ''}, because ${first?.reason ?? ''}${andMore(open.length - 1)}.`,
    fix: 'Use an image whose distribution packages these, or accept them by type in the policy: no-known-vulnerabilities: { accept-uncovered: [...] }.',
    details: shortened(open.map(({ what, reason }) => `not covered: ${what}: ${reason}`)),
  };
}

/** What a person should know of a pass: what only a community covers, and what the policy accepts as uncovered. */
function coverageLines(
  { community, fixesOnly }: KnownVulnerabilities,
  { open, accepted }: CoverageGaps,
): readonly string[] {
  const isOpen = new Set(open.map(({ what }) => what));
  return [
    ...fixesOnly.map((ecosystem) => `not published: vulnerabilities of ${ecosystem} that have no fix yet`),
    ...community.filter(({ what }) => !isOpen.has(what)).map(({ what }) => `covered by community data alone: ${what}`),
    ...accepted.map(({ what }) => `not covered, which the policy accepts: ${what}`),
  ];
}
