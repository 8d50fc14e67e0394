import type { Collector } from '../../evidence/collector.js';
import { type Evidence, present } from '../../evidence/evidence.js';
import { optionalField } from '../../lib/collections.js';
import { err, type Result } from '../../lib/result.js';
import { sbomFamily } from '../../signatures/predicate-types.js';
import { describeSigner } from '../../signatures/signer.js';
import { type Carrier, distinct, findCarriers, isSigned } from '../attested.js';
import { distributionPackages } from './distribution-packages.js';
import type { AttestedSbom, ImageSbom } from './image-sbom.js';
import { readSbomPredicate } from './read.js';
import { formatName, installedPackages, type Sbom } from './sbom.js';
import { refused, type SbomError, unsupported } from './sbom-error.js';

/**
 * What two SBOM of one image say differently of the distribution's packages; each a sentence. An image has
 * one package database, so there is one truth about these; of libraries inside programs, tools find more or fewer.
 * A document that lists no package of a type has nothing to say about that type.
 */
function findDisagreements(first: Sbom, second: Sbom): readonly string[] {
  const one = versionsByType(first);
  const other = versionsByType(second);
  const found: string[] = [];
  for (const [type, names] of one) {
    const others = other.get(type);
    if (others === undefined) continue;
    for (const name of [...new Set([...names.keys(), ...others.keys()])].sort()) {
      const here = describe(names.get(name));
      const there = describe(others.get(name));
      if (here !== there) {
        found.push(
          `${formatName(first.format)} says ${type} ${name} ${here}, ${formatName(second.format)} says ${there}`,
        );
      }
    }
  }
  return found;
}

function versionsByType(sbom: Sbom): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>> {
  const types = new Map<string, Map<string, Set<string>>>();
  for (const { type, name, version } of distributionPackages(sbom)) {
    const names = types.get(type) ?? new Map<string, Set<string>>();
    types.set(type, names);
    const versions = names.get(name) ?? new Set<string>();
    names.set(name, versions);
    versions.add(version ?? 'without a version');
  }
  return types;
}

function describe(versions: ReadonlySet<string> | undefined): string {
  return versions === undefined ? 'is missing' : [...versions].sort().join(' and ');
}

/**
 * Collects the SBOM that are attested of an image, by the signed predicateType. Where no authority signed
 * one, the unsigned ones next to the image are read and marked so.
 */
export const collectSbom: Collector<'sbom'> = async (context) => {
  const looked = await findCarriers(context, (type) => sbomFamily(type) !== null);
  if (!looked.found) return looked.evidence;
  const all: AttestedSbom[] = [];
  const failures: { readonly place: string; readonly error: SbomError }[] = [];
  for (const carrier of distinct(looked.carriers)) {
    const read = await context.once(`sbom of ${carrier.payloadDigest}`, async () => readCarrier(carrier));
    if (read.ok) all.push(toAttested(carrier, read.value));
    else failures.push({ place: carrier.place, error: read.error });
  }
  const [chosen] = [...all].sort(byWorth);
  if (chosen === undefined) return notRead(failures);
  const value: ImageSbom = {
    chosen,
    counts: looked.signed || context.subject.verifiedBy?.unsignedAttestations === 'allow',
    all,
    problems: failures.map(({ place, error }) => `${place}: ${error.message}`),
    disagreements: all
      .filter((other) => other !== chosen && other.digest === chosen.digest)
      .flatMap((other) => findDisagreements(chosen.sbom, other.sbom)),
  };
  return present(value, chosen.place);
};

function readCarrier(carrier: Carrier): Result<Sbom, SbomError> {
  const family = sbomFamily(carrier.predicateType);
  if (family === 'Syft JSON') return err(unsupported(family));
  if (carrier.otherSubjects !== undefined && carrier.otherSubjects.length > 0) {
    const count = carrier.otherSubjects.length;
    return err(
      refused('malformed', `also names ${count} other digests as its subjects, but an SBOM describes one image`),
    );
  }
  const read = readSbomPredicate(carrier.predicate);
  if (!read.ok || read.value.format.name === family) return read;
  return err(
    refused(
      'malformed',
      `is ${read.value.format.name}, but its signed predicateType ${carrier.predicateType} says ${family}`,
    ),
  );
}

function toAttested(carrier: Carrier, sbom: Sbom): AttestedSbom {
  const { digest, on, predicateType, place } = carrier;
  const facts = { sbom, digest, on, predicateType, place };
  if (!isSigned(carrier)) return facts;
  return {
    ...facts,
    signer: describeSigner(carrier.signer),
    ...optionalField('signedAt', carrier.signedAt),
  };
}

/** Over the platform before the index: apko's SBOM of an index lists the platforms' images, and no packages. */
function byWorth(a: AttestedSbom, b: AttestedSbom): number {
  if (a.on !== b.on) return a.on === 'platform' ? -1 : 1;
  const packages = installedPackages(b.sbom).length - installedPackages(a.sbom).length;
  return packages !== 0 ? packages : (b.signedAt ?? '').localeCompare(a.signedAt ?? '');
}

function notRead(failures: readonly { readonly place: string; readonly error: SbomError }[]): Evidence<ImageSbom> {
  const lookedIn = failures.map(({ place, error }) => ({ place, answer: error.message }));
  const failure = failures.find(({ error }) => error.status === 'refused') ?? failures[0];
  if (failure === undefined) return { status: 'absent', lookedIn };
  const { place, error } = failure;
  const message = `${place}: ${error.message}.`;
  if (error.status === 'unsupported') return { status: 'unsupported', form: error.form, message, lookedIn };
  const cause = error.code === 'limit' ? 'limit' : 'malformed';
  return { status: 'unavailable', cause, message, fix: error.fix, lookedIn };
}
