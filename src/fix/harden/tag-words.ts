import { err, ok, type Result } from '../../lib/result.js';
import { type Reference, repositoryName } from '../../references/reference.js';
import type { Candidate } from '../../suggestions/changes.js';
import { isDistribution } from './programs.js';

/** What a tag says of the distribution that an official image is made on, which the other image has none of. */
const DISTRIBUTION =
  /^(?:slim|alpine(?:\d+(?:\.\d+)*)?|(?:wheezy|jessie|stretch|buster|bullseye|bookworm|trixie|forky|sid)|(?:xenial|bionic|focal|jammy|noble|resolute)|ubi(?:8|9|10)?|minimal|ol(?:7|8|9)|oraclelinux\d|oracle|al(?:2|2023)|cbl|mariner\d(?:\.\d+)?|azurelinux\d(?:\.\d+)?)$/;

/** Words that say what the image of that name is anyway. */
const PLAIN: Readonly<Record<string, RegExp>> = {
  php: /^cli$/,
  openjdk: /^(?:jdk|jre|headless|b\d+)$/,
  'eclipse-temurin': /^(?:jdk|jre|b\d+)$/,
  amazoncorretto: /^(?:jdk|jre|headless|full|al2023|al2)$/,
};

/**
 * Whether all that a tag says is understood, so that an image in its place is of the same version and kind. Fails with a
 * clause: `php:8.3-apache` has a server, `maven:3-jdk-8` another Java, `node:boron` a version by its name, and a digest
 * alone is of a version that nothing says.
 */
export function readTag(reference: Reference, { image, equivalent }: Candidate): Result<true, string> {
  const name = repositoryName(reference);
  const { purpose = 'runtime' } = equivalent;
  if (isDistribution(name) || !purpose.startsWith('runtime')) return ok(true);
  const { tag } = reference;
  if (tag === undefined)
    return reference.digest === undefined ? ok(true) : err(`which version its digest is of is not known`);
  const [version, ...words] = tag.split('-');
  const own = PLAIN[name.split('/').at(-1) ?? ''];
  const rest = version === 'latest' || isVersion(version ?? '') ? words : [version ?? '', ...words];
  const unread = rest.find((word) => !DISTRIBUTION.test(word) && own?.test(word) !== true);
  return unread === undefined ? ok(true) : err(`its tag says ${unread}, and ${image} need not be that`);
}

/** `3`, `v3.12.1`, `8u412`, `17.0.8_7`; pre-releases are none. */
function isVersion(word: string): boolean {
  return /^v?\d{1,9}(?:\.\d{1,9}){0,4}(?:u\d{1,9}|_\d{1,9}(?:\.\d{1,9})?)?$/.test(word);
}
